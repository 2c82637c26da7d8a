import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon';

const icons: Record<AlertKind, IconName> = { info: 'info', warning: 'triangle-alert', error: 'circle-x', success: 'circle-check' };
type AlertKind = 'info' | 'warning' | 'error' | 'success';

/// Something to know about what stands near it. Errors are read out when they appear.
export function Alert({ kind, title, children }: { kind: AlertKind; title?: string; children?: ComponentChildren }) {
  return (
    <div class={`alert alert-${kind}`} role={kind === 'error' ? 'alert' : undefined}>
      <Icon name={icons[kind]} size={18} />
      <div>
        {title && <strong>{title}</strong>}
        <div>{children}</div>
      </div>
    </div>
  );
}
