import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useGuard } from '../router/location';
import { Alert } from './alert';
import { Button } from './button';
import { CodeBlock } from './code_block';
import { confirm } from './confirm';
import { Dialog } from './dialog';
import { Checkbox } from './field';

/// Asked where a page is left that shows a secret for the only time.
export const askLoseSecret = () =>
  confirm({ title: 'Leave without the secret?', text: 'It is shown this once only, and nobody said that it is saved.', yes: 'Leave', no: 'Stay', danger: true });

/// A secret that nobody can be shown again: the dialog stays until it was said to be kept.
export function SecretOnce({ title, what, secret, onClose, children }: { title: string; what: string; secret: string; onClose: () => void; children?: ComponentChildren }) {
  const [kept, setKept] = useState(false);
  useGuard(!kept, askLoseSecret);
  return (
    <Dialog title={title}>
      <Alert kind="warning">This is shown here and never again: copy it now.</Alert>
      <div class="stack secret-once">
        <CodeBlock text={secret} what={what} />
        {children}
      </div>
      <Checkbox label="I have saved it" checked={kept} onChange={setKept} />
      <footer class="dialog-actions">
        <Button kind="primary" disabled={!kept} onClick={onClose}>
          Done
        </Button>
      </footer>
    </Dialog>
  );
}
