import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { pageTitle } from '../state/title';

interface HeadProps {
  title: ComponentChildren;
  /// The tab's title, where `title` is not words.
  tabTitle?: string;
  /// The way here: links to the pages above.
  above?: readonly { text: string; href: string }[];
  actions?: ComponentChildren;
  children?: ComponentChildren;
}

/// The head of a page: where it stands, its name, what can be done with it.
export function PageHead({ title, tabTitle, above = [], actions, children }: HeadProps) {
  const name = tabTitle ?? (typeof title === 'string' ? title : '');
  useEffect(() => {
    pageTitle.value = name;
  }, [name]);
  return (
    <header class="page-head">
      {above.length > 0 && (
        <nav aria-label="Breadcrumb" class="breadcrumb">
          {above.map((each) => (
            <span key={each.href}>
              <a href={each.href}>{each.text}</a> <span aria-hidden="true">/</span>
            </span>
          ))}
        </nav>
      )}
      <div class="page-head-line">
        <h1>{title}</h1>
        {actions && <div class="row page-actions">{actions}</div>}
      </div>
      {children}
    </header>
  );
}
