/// What had the focus may go, as a row with the button that removed it: then the page's content has it, and who works by keyboard
/// does not begin at the top again. Returns what ends it.
export function keepFocus(main: HTMLElement): () => void {
  let last: Element | null = null;
  const note = (event: FocusEvent) => (last = event.target as Element);
  const observer = new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    last = null;
    main.focus({ preventScroll: true });
  });
  main.addEventListener('focusin', note);
  observer.observe(main, { childList: true, subtree: true });
  return () => {
    main.removeEventListener('focusin', note);
    observer.disconnect();
  };
}
