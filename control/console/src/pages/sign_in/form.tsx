import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, detailOf } from '../../api/problem';
import { signIn } from '../../state/session';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';

type Way = 'password' | 'token';

/// By name and password, or with an API token. `known`: the name of who was signed in.
export function SignInForm({ known = '', class: look, children }: { known?: string; class: string; children?: ComponentChildren }) {
  const [way, setWay] = useState<Way>('password');
  const [name, setName] = useState(known);
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await signIn(way === 'password' ? { name: name.trim(), password: secret } : { token: secret.trim() });
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  const change = (to: Way) => {
    setWay(to);
    setSecret('');
    setProblem(null);
  };
  return (
    <form class={look} onSubmit={(event) => void submit(event)}>
      {children}
      <div class="segments" role="group" aria-label="How to sign in">
        <button type="button" aria-pressed={way === 'password'} onClick={() => change('password')}>
          Name and password
        </button>
        <button type="button" aria-pressed={way === 'token'} onClick={() => change('token')}>
          API token
        </button>
      </div>
      {way === 'password' ? (
        <>
          <TextField label="Name" value={name} onInput={setName} autocomplete="username" autoFocus required />
          <TextField key="password" label="Password" type="password" value={secret} onInput={setSecret} autocomplete="current-password" required />
        </>
      ) : (
        <TextField
          key="token"
          label="API token"
          type="password"
          value={secret}
          onInput={setSecret}
          autocomplete="off"
          autoFocus
          required
          placeholder="mga_…"
          hint={
            <>
              The first administrator's stands in the file <code>initial-admin-token</code> of the data folder.
            </>
          }
        />
      )}
      {problem !== null && (
        <Alert kind="error" title="Not signed in">
          {detailOf(problem)}
          {problem instanceof ApiError && problem.retryAfter && ` Try again in ${problem.retryAfter} s.`}
        </Alert>
      )}
      <Button type="submit" kind="primary" busy={busy} disabled={secret === '' || (way === 'password' && name === '')}>
        Sign in
      </Button>
    </form>
  );
}
