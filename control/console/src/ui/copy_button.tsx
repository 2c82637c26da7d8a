import { useEffect, useState } from 'preact/hooks';
import { notify } from '../state/notifications';
import { Button } from './button';

/// The clipboard's interface is there on secure addresses only; elsewhere a selected text is copied as if by hand.
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'off-screen';
    // Within an open dialog nothing outside of it takes the focus.
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

interface CopyProps {
  text: string;
  /// What is copied, such as "endpoint".
  what: string;
  /// Shown beside the icon.
  children?: string;
  small?: boolean;
  /// Said in a notification once it is copied.
  said?: string;
}

export function CopyButton({ text, what, children, small = true, said }: CopyProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 3000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (event: Event) => {
    const button = event.currentTarget as HTMLElement;
    const done = await copyText(text);
    button.focus();
    setCopied(done);
    if (done && said) notify({ kind: 'success', title: said, text: what }, 3);
    if (!done) notify({ kind: 'error', title: 'Not copied', text: 'The browser does not let this page use the clipboard: select the text and copy it.' });
  };
  return (
    <>
      <Button small={small} kind="ghost" icon={copied ? 'check' : 'copy'} label={children ? `${copied ? 'Copied!' : children}: ${what}` : copied ? 'Copied!' : `Copy ${what}`} onClick={(event) => void copy(event)}>
        {children === undefined ? undefined : copied ? 'Copied!' : children}
      </Button>
      <span class="visually-hidden" role="status">
        {copied ? `Copied ${what}` : ''}
      </span>
    </>
  );
}
