import { useEffect, useState } from 'preact/hooks';
import { ApiError, detailOf } from '../../api/problem';
import { signIn } from '../../state/session';
import { pageTitle } from '../../state/title';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/field';
import './sign_in.css';

type Way = 'password' | 'token';

/// Shown in the place of any page as long as nobody is signed in; the address stays, so one comes back to it.
export default function SignInPage() {
  const [way, setWay] = useState<Way>('password');
  const [name, setName] = useState('');
  const [secret, setSecret] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    pageTitle.value = 'Sign in';
  }, []);
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
    <main class="sign-in">
      <form class="card stack" onSubmit={(event) => void submit(event)}>
        <h1>Sign in to modelgate</h1>
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
    </main>
  );
}
