import { useRef, useState } from 'preact/hooks';
import { addClient } from '../../api/clients';
import { newKey } from '../../api/client';
import { ApiError, detailOf, errorsAt } from '../../api/problem';
import type { CreatedClient, Deployment } from '../../api/types';
import { remember } from '../../state/live';
import { notify, notifyError } from '../../state/notifications';
import { Button } from '../../ui/button';
import { SelectField, TextField } from '../../ui/field';
import { expiryAfter, lifetimes, nameMistake } from './client_state';

/// A name and how long it holds; the program makes the token.
export function AddForm({ deployment, onMade }: { deployment: Deployment; onMade: (made: CreatedClient) => void }) {
  const [name, setName] = useState('');
  const [lifetime, setLifetime] = useState('');
  const [mistakes, setMistakes] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // Sent again after no answer came, it makes no second client.
  const key = useRef(newKey());

  const refuse = (texts: string[]) => {
    setMistakes(texts);
    form.current?.querySelector('input')?.focus();
  };
  const add = async () => {
    const mistake = nameMistake(name);
    if (mistake) return refuse([mistake]);
    setBusy(true);
    try {
      const made = await addClient(deployment.id, { name, expiresAt: expiryAfter(lifetime, Date.now()), disabled: false }, key.current);
      const { token, tokenShown, ...client } = made;
      remember('client', `${deployment.id}/${name}`, client);
      notify({ kind: 'success', title: name, text: 'The client has been added.' });
      key.current = newKey();
      setName('');
      setMistakes([]);
      onMade(made);
    } catch (error) {
      const isOfName = error instanceof ApiError && (error.status === 409 || errorsAt(error.fields, '/name').length > 0);
      if (isOfName) refuse(error.status === 409 ? [detailOf(error)] : errorsAt(error.fields, '/name'));
      else notifyError(error, 'Adding the client');
      // An answer came, so that what is sent next is another thing.
      if (error instanceof ApiError && error.status !== 0) key.current = newKey();
    }
    setBusy(false);
  };
  return (
    <form
      ref={form}
      class="card client-form"
      noValidate
      aria-label="Add a client"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void add();
      }}
    >
      <TextField
        label="Client Name"
        placeholder="client names"
        required
        autocomplete="off"
        maxLength={65}
        value={name}
        errors={mistakes}
        onInput={(value) => {
          setName(value);
          setMistakes([]);
          key.current = newKey();
        }}
      />
      <SelectField
        label="Expires"
        value={lifetime}
        choices={lifetimes}
        onInput={(value) => {
          setLifetime(value);
          key.current = newKey();
        }}
      />
      <Button type="submit" kind="primary" icon="plus" busy={busy}>
        Add client
      </Button>
    </form>
  );
}
