import type { ComponentChildren, TargetedMouseEvent } from 'preact';
import { Icon, type IconName } from './icon';

interface Look {
  kind?: 'primary' | 'plain' | 'danger' | 'ghost';
  icon?: IconName | undefined;
  small?: boolean;
  children?: ComponentChildren;
}

interface ButtonProps extends Look {
  type?: 'button' | 'submit';
  class?: string;
  disabled?: boolean;
  /// Under way: shown, and not pressed again meanwhile.
  busy?: boolean;
  /// What it does, where it shows an icon only.
  label?: string;
  onClick?: (event: TargetedMouseEvent<HTMLButtonElement>) => void;
  'aria-expanded'?: boolean;
  'aria-pressed'?: boolean;
  'aria-keyshortcuts'?: string;
}

function classOf({ kind = 'plain', small }: Look, iconOnly: boolean, more?: string): string {
  return ['button', `button-${kind}`, small && 'button-small', iconOnly && 'button-icon', more].filter(Boolean).join(' ');
}

/// One that is disabled keeps the focus and says so (aria-disabled): a button that is taken away under the finger would
/// leave whoever works by keyboard nowhere.
export function Button({ kind, icon, small, busy = false, label, children, class: more, disabled = false, type = 'button', onClick, ...rest }: ButtonProps) {
  const look: Look = { ...(kind ? { kind } : {}), ...(small ? { small } : {}) };
  const off = disabled || busy;
  return (
    <button
      {...rest}
      type={type}
      class={classOf(look, children === undefined, more)}
      aria-disabled={off || undefined}
      onClick={(event) => (off ? event.preventDefault() : onClick?.(event))}
      aria-busy={busy || undefined}
      {...(label ? { 'aria-label': label, title: label } : {})}
    >
      {busy ? <Icon name="loader-circle" spin /> : icon && <Icon name={icon} />}
      {children !== undefined && <span class="button-text">{children}</span>}
    </button>
  );
}

/// A link that looks like a button: it leads to a page.
export function LinkButton({ kind, icon, small, children, href, ...rest }: Look & { href: string; target?: string; rel?: string; download?: boolean }) {
  const look: Look = { ...(kind ? { kind } : {}), ...(small ? { small } : {}) };
  return (
    <a {...rest} href={href} class={classOf(look, false)}>
      {icon && <Icon name={icon} />}
      <span class="button-text">{children}</span>
    </a>
  );
}
