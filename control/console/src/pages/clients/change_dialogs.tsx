import { useState } from 'preact/hooks';
import { rotateClient, updateClient } from '../../api/clients';
import { newKey } from '../../api/client';
import { detailOf } from '../../api/problem';
import type { Client, CreatedClient, Deployment } from '../../api/types';
import { formatUtc } from '../../lib/format';
import { remember } from '../../state/live';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, type Choice } from '../../ui/field';
import { expiryAfter, lifetimes } from './client_state';

interface ChangeProps {
  title: string;
  text: string;
  label: string;
  choices: readonly Choice[];
  yes: string;
  danger?: boolean;
  act: (value: string) => Promise<void>;
  onClose: () => void;
}

/// One choice, and what is done with it; a refusal is shown, and the dialog stays open.
function ChoiceDialog({ title, text, label, choices, yes, act, onClose }: ChangeProps) {
  const [value, setValue] = useState(choices[0]?.value ?? '');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const accept = async () => {
    setBusy(true);
    try {
      await act(value);
    } catch (error) {
      setProblem(detailOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={busy ? undefined : onClose}
      actions={
        <>
          <Button onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button kind="primary" busy={busy} onClick={() => void accept()}>
            {yes}
          </Button>
        </>
      }
    >
      <p>{text}</p>
      <SelectField label={label} value={value} choices={choices} onInput={setValue} />
      {problem && <Alert kind="error">{problem}</Alert>}
    </Dialog>
  );
}

const overlaps: readonly Choice[] = [
  { value: '0', text: 'Not at all: it ends at once' },
  { value: '3600', text: '1 hour' },
  { value: '86400', text: '24 hours' },
  { value: '604800', text: '7 days' },
];

interface OfClient {
  deployment: Deployment;
  client: Client;
  onClose: () => void;
}

export function RotateDialog({ deployment, client, onClose, onRotated }: OfClient & { onRotated: (made: CreatedClient) => void }) {
  const [key] = useState(newKey);
  return (
    <ChoiceDialog
      title={`Rotate ${client.name}`}
      text="The client gets another token. The old one may hold beside it until every application has the new one."
      label="The old token holds for"
      choices={overlaps}
      yes="Rotate"
      onClose={onClose}
      act={async (seconds) => {
        // Another choice is another request, so that the key says it, too.
        const made = await rotateClient(deployment.id, client.name, { overlapSeconds: Number(seconds) }, `${key}-${seconds}`);
        const { token, tokenShown, ...changed } = made;
        remember('client', `${deployment.id}/${client.name}`, changed);
        onRotated(made);
      }}
    />
  );
}

export function ExpiryDialog({ deployment, client, onClose }: OfClient) {
  return (
    <ChoiceDialog
      title={`Expiry of ${client.name}`}
      text={client.expiresAt === null ? 'It does not expire now.' : `It expires at ${formatUtc(client.expiresAt)} now.`}
      label="Expires, from now on"
      choices={lifetimes}
      yes="Change"
      onClose={onClose}
      act={async (lifetime) => {
        const changed = await updateClient(deployment.id, client.name, { expiresAt: expiryAfter(lifetime, Date.now()) });
        remember('client', `${deployment.id}/${client.name}`, changed);
        onClose();
      }}
    />
  );
}
