import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon';

/// Nothing is here: why, and what to do next.
export function EmptyState({ title, icon = 'box', action, children }: { title: string; icon?: IconName; action?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} size={32} />
      <h2>{title}</h2>
      <div class="empty-text">{children}</div>
      {action && <div class="row row-center">{action}</div>}
    </div>
  );
}
