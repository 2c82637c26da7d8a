import type { TargetedMouseEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { notifyError } from '../../state/notifications';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';
import { plural } from '../../lib/format';
import { ChunkView, type Look } from './chunk_view';
import { matchesIn, type Chunk } from './log_book';
import { mostLines, tailLines, type LogSession } from './log_session';

interface ViewProps {
  session: LogSession;
  /// How the log is named.
  label: string;
  look: Look;
  announces: boolean;
  /// The line that is shown among its neighbours; a new object brings it into view again.
  target: { seq: number } | null;
}

/// So near to the end is at the end: sizes on the screen are rounded.
const near = 8;

/// The lines, within a part of the page that scrolls by itself and keeps the newest in view until somebody scrolls up.
export function LogView({ session, label, look, announces, target }: ViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef({ top: 0, height: 0 });
  const version = session.version.value;
  const following = session.following.value;

  const toEnd = () => {
    const element = box.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    before.current = { top: element.scrollTop, height: element.scrollHeight };
  };
  useLayoutEffect(() => {
    if (following) toEnd();
  }, [version, following, look.filter, look.wraps, look.zone]);
  // What comes into view is measured then only, so that the end moves once more.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => session.following.peek() && toEnd());
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (target) box.current?.querySelector(`[data-seq="${target.seq}"]`)?.scrollIntoView({ block: 'center', inline: 'nearest' });
  }, [target]);

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const last = before.current;
    before.current = { top: scrollTop, height: scrollHeight };
    if (scrollHeight - scrollTop - clientHeight <= near) session.follow(true);
    // Lines that go at the top, or wrap otherwise, move it up, too: then it is not somebody who scrolled.
    else if (scrollTop < last.top - 1 && scrollHeight >= last.height) session.follow(false);
  };

  return (
    <div class="log-frame">
      <div
        class={look.wraps ? 'log log-wraps' : 'log'}
        role="log"
        aria-label={label}
        aria-live={announces ? 'polite' : 'off'}
        aria-busy={session.state.value === 'loading'}
        tabIndex={0}
        ref={box}
        onScroll={onScroll}
      >
        <div class="log-lines">
          <Older session={session} />
          {session.book.chunks.map((chunk: Chunk) => (
            <ChunkView
              key={chunk.number}
              {...look}
              // Where nothing is found nothing has to be drawn anew.
              search={matchesIn(chunk, look.search, look.filter).length > 0 ? look.search : ''}
              chunk={chunk}
              version={chunk.version}
              selected={target && chunk.lines.some((line) => line.seq === target.seq) ? target.seq : null}
            />
          ))}
        </div>
      </div>
      {!following && (
        <button type="button" class="log-to-end" onClick={() => session.follow(true)}>
          <Icon name="arrow-down" />
          {session.unseen.value > 0 ? plural(session.unseen.value, 'new line') : 'Scroll to Bottom'}
        </button>
      )}
    </div>
  );
}

function Older({ session }: { session: LogSession }) {
  const state = session.older.value;
  if (session.book.size === 0 || session.state.value === 'loading') return null;
  const load = (event: TargetedMouseEvent<HTMLButtonElement>) => {
    session.follow(false);
    // Browsers keep what is in view where it is while something grows above it, but for a box that stands at its very top.
    const box = event.currentTarget.closest('.log');
    if (box && box.scrollTop === 0) box.scrollTop = 1;
    session.loadOlder().catch((error) => notifyError(error, 'Loading older lines'));
  };
  return (
    <div class="log-older">
      {state === 'beginning' && <span>The log begins here.</span>}
      {state === 'full' && <span>{`${mostLines.toLocaleString('en')} lines are shown at most: download the log to see the others.`}</span>}
      {(state === 'more' || state === 'loading') && (
        <Button small icon="history" busy={state === 'loading'} onClick={load}>
          {`Load older (${tailLines.toLocaleString('en')} lines)`}
        </Button>
      )}
    </div>
  );
}
