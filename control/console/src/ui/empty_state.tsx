import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { pageTitle } from '../state/title';
import { Icon, type IconName } from './icon';

interface EmptyProps {
  title: string;
  icon?: IconName;
  action?: ComponentChildren;
  /// It is all that the page is: its title is the page's, too.
  page?: boolean;
  children?: ComponentChildren;
}

/// Nothing is here: why, and what to do next.
export function EmptyState({ title, icon = 'box', action, page = false, children }: EmptyProps) {
  useEffect(() => {
    if (page) pageTitle.value = title;
  }, [page, title]);
  return (
    <div class="empty">
      <Icon name={icon} size={32} />
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      <div class="empty-text">{children}</div>
      {action && <div class="row row-center">{action}</div>}
    </div>
  );
}
