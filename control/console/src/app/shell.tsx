import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isGuarded, pathname } from '../router/location';
import { lazy } from '../router/lazy';
import { isAdmin, isReadOnly, me, signOut, tokenGroups } from '../state/session';
import { theme, themes } from '../state/preferences';
import { notifyError } from '../state/notifications';
import { Button } from '../ui/button';
import { askDiscard } from '../ui/confirm';
import { Icon, type IconName } from '../ui/icon';
import { Popover } from '../ui/popover';
import { NotificationBell } from '../ui/toasts';
import { LiveBanner, LiveDot } from './live_banner';
import { keepFocus } from './keep_focus';
import { places } from './navigation';
import { paletteOpen, startKeys } from './keys';

const Palette = lazy(() => import('../pages/palette/palette'));

export function Shell({ children }: { children: ComponentChildren }) {
  const [menu, setMenu] = useState(false);
  const main = useRef<HTMLElement>(null);
  useEffect(startKeys, []);
  useEffect(() => (main.current ? keepFocus(main.current) : undefined), []);
  useEffect(() => setMenu(false), [pathname.value]);
  return (
    <div class={menu ? 'shell shell-open' : 'shell'}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault(); // the address stays
          main.current?.focus();
        }}
      >
        Skip to content
      </a>
      <header class="top">
        <span class="menu-button">
          <Button kind="ghost" icon="menu" label="Menu" aria-expanded={menu} onClick={() => setMenu(!menu)} />
        </span>
        <a class="brand" href="/deployments">
          <span class="brand-mark" aria-hidden="true">
            <svg viewBox="0 0 16 16" width="20" height="20">
              <path d="M4 12V4.5l4 4 4-4V12" />
            </svg>
          </span>
          modelgate
        </a>
        <LiveDot />
        <div class="top-end">
          <span class="wide-only">
            <Button kind="ghost" icon="search" onClick={() => (paletteOpen.value = true)} aria-keyshortcuts="Control+K">
              Go to… <kbd>Ctrl K</kbd>
            </Button>
          </span>
          <ThemeButton />
          <NotificationBell />
          <AccountMenu />
        </div>
      </header>
      <nav class="side" aria-label="Main">
        <ul>
          {places
            .filter((each) => !each.admin || isAdmin.value)
            .map((each) => (
              <li key={each.href}>
                <a href={each.href} aria-current={isBelow(pathname.value, each.href) ? 'page' : undefined}>
                  <Icon name={each.icon} size={18} />
                  {each.text}
                </a>
              </li>
            ))}
        </ul>
      </nav>
      <main id="main" class="main" tabIndex={-1} ref={main}>
        <LiveBanner />
        {children}
      </main>
      {paletteOpen.value && <Palette />}
    </div>
  );
}

function isBelow(at: string, place: string): boolean {
  return at === place || at.startsWith(place + '/') || (place === '/deployments' && at === '/create');
}

const themeIcons: Record<(typeof themes)[number], IconName> = { auto: 'sun-moon', light: 'sun', dark: 'moon' };

function ThemeButton() {
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'auto';
  return <Button kind="ghost" icon={themeIcons[theme.value]} label={`Theme: ${theme.value}. Change to ${next}`} onClick={() => (theme.value = next)} />;
}

async function askSignOut(): Promise<void> {
  if (isGuarded() && !(await askDiscard())) return;
  await signOut().catch((error) => notifyError(error, 'Signing out'));
}

function AccountMenu() {
  const account = me.value;
  if (!account) return null;
  return (
    <Popover
      title="Account"
      align="end"
      label={`Account: ${account.displayName || account.name}`}
      class="button button-ghost"
      button={
        <>
          <Icon name="user" />
          <span class="wide-only">{account.displayName || account.name}</span>
        </>
      }
    >
      <p>
        <strong>{account.displayName || account.name}</strong>
        <br />
        <span class="dim">
          {account.name} · {account.role === 'admin' ? 'platform administrator' : 'member'}
          {isReadOnly.value && ' · looks only'}
          {tokenGroups.value && ` · by a token for ${tokenGroups.value.join(', ')}`}
        </span>
      </p>
      {account.groups.length > 0 && <p class="dim small">Groups: {account.groups.map((each) => each.displayName || each.name).join(', ')}</p>}
      <div class="stack">
        <a href={`/users/${encodeURIComponent(account.name)}`}>Your account</a>
        <a href="/api/docs" target="_blank" rel="noopener">
          API documentation
        </a>
        <span>
          Licences of{' '}
          <a href="/licences.txt" target="_blank" rel="noopener">
            code
          </a>{' '}
          and{' '}
          <a href="/icons-licence.txt" target="_blank" rel="noopener">
            icons
          </a>
        </span>
        <Button icon="log-out" onClick={() => void askSignOut()}>
          Sign out
        </Button>
      </div>
    </Popover>
  );
}
