import { useEffect } from 'preact/hooks';
import { pageTitle } from '../../state/title';
import { SignInForm } from './form';
import './sign_in.css';

/// Shown in the place of any page as long as nobody is signed in; the address stays, so one comes back to it.
export default function SignInPage() {
  useEffect(() => {
    pageTitle.value = 'Sign in';
  }, []);
  return (
    <main class="sign-in">
      <SignInForm class="card stack">
        <h1>Sign in to modelgate</h1>
      </SignInForm>
    </main>
  );
}
