import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface PopoverProps {
  /// What the button shows, and how it is named where that is not words.
  button: ComponentChildren;
  label?: string;
  /// How the panel is named.
  title: string;
  /// Opens under the pointer, too.
  hover?: boolean;
  align?: 'start' | 'end';
  class?: string;
  onOpen?: () => void;
  children: ComponentChildren;
}

const margin = 8;

/// Moves what stands out at the end of a line in again: it would make the page wider. By a margin: what is only drawn elsewhere
/// still takes the room.
function keepInView(panel: HTMLElement | null | undefined): void {
  if (!panel) return;
  panel.style.marginInlineStart = '';
  const { left, right } = panel.getBoundingClientRect();
  const over = Math.max(0, right + margin - document.documentElement.clientWidth);
  const by = Math.min(over, Math.max(0, left - margin));
  if (by > 0) panel.style.marginInlineStart = `${-by}px`;
}

/// A panel that a button opens: by pointer, or by Enter and Space; Escape, a click elsewhere and leaving it by Tab close it.
export function Popover({ button, label, title, hover = false, align = 'start', class: more = 'button button-ghost', onOpen, children }: PopoverProps) {
  const [open, setOpen] = useState<'no' | 'hover' | 'held'>('no');
  const whole = useRef<HTMLSpanElement>(null);
  const id = useId();
  // Before the panel can be seen, or Escape pressed right then would be lost.
  useLayoutEffect(() => {
    if (open === 'no') return;
    keepInView(whole.current?.querySelector<HTMLElement>('.popover-panel'));
    const onPointer = (event: Event) => !whole.current?.contains(event.target as Node) && setOpen('no');
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen('no');
      whole.current?.querySelector('button')?.focus();
    };
    document.addEventListener('pointerdown', onPointer);
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('pointerdown', onPointer);
      document.removeEventListener('keydown', onKey);
    };
  }, [open]);
  const toggle = () => {
    if (open !== 'held') onOpen?.();
    setOpen(open === 'held' ? 'no' : 'held');
  };
  return (
    <span
      class="popover"
      ref={whole}
      onPointerEnter={() => hover && open === 'no' && setOpen('hover')}
      onPointerLeave={() => open === 'hover' && setOpen('no')}
      onFocusOut={(event) => open === 'held' && event.relatedTarget && !whole.current?.contains(event.relatedTarget as Node) && setOpen('no')}
    >
      <button type="button" class={more} aria-expanded={open !== 'no'} aria-controls={id} onClick={toggle} {...(label ? { 'aria-label': label } : {})}>
        {button}
      </button>
      {open !== 'no' && (
        <div id={id} class={`popover-panel popover-${align}`} role="group" aria-label={title}>
          {children}
        </div>
      )}
    </span>
  );
}
