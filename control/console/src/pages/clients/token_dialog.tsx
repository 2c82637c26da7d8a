import { useId, useState } from 'preact/hooks';
import type { CreatedClient, Deployment } from '../../api/types';
import { useGuard } from '../../router/location';
import { saveText } from '../../lib/save_text';
import { curlCommand } from '../../lib/shell';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { CodeBlock } from '../../ui/code_block';
import { CopyButton } from '../../ui/copy_button';
import { Dialog } from '../../ui/dialog';
import { Checkbox } from '../../ui/field';
import { askLoseSecret } from '../../ui/secret_once';
import { useExample } from '../deployment/example';
import { envText, netrcText, type Credentials } from './credentials';

/// A token, the only time that it can be seen: in the forms that people need it in.
export function TokenDialog({ deployment, made, onClose }: { deployment: Deployment; made: CreatedClient; onClose: () => void }) {
  if (made.token == null) {
    return (
      <Dialog title={`Client ${made.name}`} onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
        <Alert kind="warning" title="The token cannot be shown">
          It was in an answer that did not arrive here. Rotate the client to get another one.
        </Alert>
      </Dialog>
    );
  }
  return <Shown deployment={deployment} name={made.name} token={made.token} onClose={onClose} />;
}

function Shown({ deployment, name, token, onClose }: { deployment: Deployment; name: string; token: string; onClose: () => void }) {
  const [saved, setSaved] = useState(false);
  useGuard(!saved, askLoseSecret);
  const example = useExample(deployment);
  const id = useId();
  const credentials: Credentials = { endpoint: deployment.endpoint, name, token };
  const curl = curlCommand({ endpoint: deployment.endpoint, body: example ?? '{}', client: { name, token } });
  return (
    <Dialog
      wide
      title={`Client ${name}`}
      actions={
        <>
          <Checkbox label="I have saved it" checked={saved} onChange={setSaved} />
          <Button kind="primary" disabled={!saved} onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <div class="field">
        <label class="field-label" for={id}>
          Client Token
        </label>
        <div class="client-token">
          <input id={id} type="text" class="mono" readOnly autoFocus value={token} onFocus={(event) => event.currentTarget.select()} />
          <CopyButton text={token} what="client token" small={false}>
            Copy
          </CopyButton>
        </div>
        <div class="field-hint">
          Your token for client '{name}' is above! Please save this token, as it won't be accessible if you leave this page or add another client.
        </div>
      </div>
      <div class="row">
        <Button small icon="download" onClick={() => saveText(`${deployment.id}-${name}.netrc`, netrcText(credentials))}>
          Download .netrc
        </Button>
        <Button small icon="download" onClick={() => saveText(`${deployment.id}-${name}.env`, envText(credentials))}>
          Download .env
        </Button>
      </div>
      {example !== null && (
        <section class="stack" aria-label="A call with it">
          <h3>A call with it</h3>
          <CodeBlock text={curl} what="curl" label="curl command" />
        </section>
      )}
    </Dialog>
  );
}
