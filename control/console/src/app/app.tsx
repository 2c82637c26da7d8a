import { Fragment } from 'preact';
import { useEffect } from 'preact/hooks';
import { matchPath } from '../router/match';
import { navigate, pathname } from '../router/location';
import { lazy } from '../router/lazy';
import { loadMe, me, sessionState } from '../state/session';
import { Button } from '../ui/button';
import { ConfirmHost } from '../ui/confirm';
import { EmptyState } from '../ui/empty_state';
import { Skeleton } from '../ui/skeleton';
import { ToastRegion } from '../ui/toasts';
import { LinkButton } from '../ui/button';
import { routes } from './routes';
import { Shell } from './shell';

const SignIn = lazy(() => import('../pages/sign_in/page'));
const SignInAgain = lazy(() => import('../pages/sign_in/again'));

export function App() {
  return (
    <>
      <Content />
      <ConfirmHost />
      <ToastRegion />
    </>
  );
}

function Content() {
  switch (sessionState.value) {
    case 'unknown':
      return (
        <main class="middle">
          <Skeleton lines={4} />
        </main>
      );
    case 'unreachable':
      return (
        <main class="middle">
          <EmptyState icon="wifi-off" title="The program does not answer" action={<Button kind="primary" onClick={() => void loadMe()}>Try again</Button>}>
            Is modelgate running, and is its control port the address of this page?
          </EmptyState>
        </main>
      );
    case 'signedOut':
      return <SignIn />;
    case 'signedIn':
    case 'expired':
      // The key: of another person nothing is left over.
      return (
        <Fragment key={me.value?.name}>
          <Shell>
            <CurrentPage />
          </Shell>
          {sessionState.value === 'expired' && <SignInAgain />}
        </Fragment>
      );
  }
}

function CurrentPage() {
  const at = pathname.value;
  const home = at === '/';
  useEffect(() => {
    if (home) void navigate('/deployments', { replace: true });
  }, [home]);
  if (home) return <Skeleton />;
  for (const { pattern, page: Page } of routes) {
    const params = matchPath(pattern, at);
    // The key makes another thing of the same kind a page of its own, with no state of the one before.
    if (params) return <Page key={pattern + JSON.stringify({ ...params, tab: '' })} params={params} />;
  }
  return (
    <EmptyState page icon="search-x" title="There is no such page" action={<LinkButton href="/deployments">Deployments</LinkButton>}>
      The address {at} leads nowhere.
    </EmptyState>
  );
}
