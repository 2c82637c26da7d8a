import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Button } from './button';

export interface DialogProps {
  title: string;
  /// Escape, the cross and a click beside it. Left out: only the dialog's own buttons close it.
  onClose?: (() => void) | undefined;
  /// The row of buttons at its end.
  actions?: ComponentChildren;
  wide?: boolean;
  /// Nothing of what is under it can be seen.
  covers?: boolean;
  children?: ComponentChildren;
}

/// The platform's modal dialog: it holds the focus, and gives it back. Shown as long as it is rendered.
export function Dialog({ title, onClose, actions, wide, covers, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // What had it may be gone, as the row of what was just removed.
      const back = before instanceof HTMLElement && before.isConnected ? before : document.getElementById('main');
      back?.focus({ preventScroll: back !== before });
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog${wide ? ' dialog-wide' : ''}${covers ? ' dialog-covers' : ''}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onKeyDown={(event) => {
        // A second Escape would close it whatever `cancel` says, and take along what is shown once only.
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        onClose?.();
      }}
      onMouseDown={(event) => event.target === element.current && onClose?.()}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={id}>{title}</h2>
          {onClose && <Button kind="ghost" icon="x" label="Close" onClick={onClose} />}
        </header>
        {children}
        {actions && <footer class="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  );
}
