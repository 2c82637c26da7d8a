import { formatRelative } from '../lib/format';
import { now } from '../state/clock';
import { dismiss, notifications, toasts, unread, type Notification } from '../state/notifications';
import { Button } from './button';
import { Icon, type IconName } from './icon';
import { Popover } from './popover';

const icons: Record<Notification['kind'], IconName> = { success: 'circle-check', info: 'info', error: 'circle-x' };

function Said({ said }: { said: Notification }) {
  return (
    <>
      <Icon name={icons[said.kind]} size={18} />
      <div class="toast-text">
        <strong>{said.title}</strong>
        <div>
          {said.text}
          {said.link && (
            <>
              {' '}
              <a href={said.link.href} onClick={() => dismiss(said.id)}>
                {said.link.text}
              </a>
            </>
          )}
        </div>
        {said.requestId && <div class="dim small">Request {said.requestId}</div>}
      </div>
    </>
  );
}

/// What just happened, read out as it appears. Always on the page, as screen readers want it.
export function ToastRegion() {
  return (
    <div class="toasts" role="region" aria-label="Notifications" aria-live="polite">
      {toasts.value.map((said) => (
        <div key={said.id} class={`toast toast-${said.kind}`}>
          <Said said={said} />
          <Button kind="ghost" small icon="x" label="Dismiss" onClick={() => dismiss(said.id)} />
        </div>
      ))}
    </div>
  );
}

/// What happened before.
export function NotificationBell() {
  const count = unread.value;
  return (
    <Popover
      title="Notifications"
      align="end"
      label={count > 0 ? `Notifications, ${count} new` : 'Notifications'}
      class="button button-ghost button-icon"
      onOpen={() => (unread.value = 0)}
      button={
        <>
          <Icon name="bell" />
          {count > 0 && <span class="badge">{count}</span>}
        </>
      }
    >
      {notifications.value.length === 0 && <p class="dim">Nothing has happened yet.</p>}
      <ul class="notification-list">
        {notifications.value.map((said) => (
          <li key={said.id} class={`toast-${said.kind}`}>
            <Said said={said} />
            <span class="dim small">{formatRelative(new Date(said.at).toISOString(), now.value)}</span>
          </li>
        ))}
      </ul>
    </Popover>
  );
}
