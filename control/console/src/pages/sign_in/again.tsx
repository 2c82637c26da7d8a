import { me } from '../../state/session';
import { Alert } from '../../ui/alert';
import { Dialog } from '../../ui/dialog';
import { SignInForm } from './form';
import './sign_in.css';

/// Over a page with a form that somebody has begun to fill in, when the session ends. What is under it is covered: it may be
/// somebody else who sits there now.
export default function SignInAgain() {
  return (
    <Dialog title="Sign in again" covers>
      <Alert kind="info">The session has ended. What you typed is kept, if it is you who signs in.</Alert>
      <SignInForm class="stack" known={me.value?.name ?? ''} />
    </Dialog>
  );
}
