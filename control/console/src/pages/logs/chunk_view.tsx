import { Component } from 'preact';
import { parseAnsi } from '../../lib/ansi';
import { Button } from '../../ui/button';
import { highlight } from './highlight';
import { passes, shortReplica, timeParts, type LevelFilter } from './lines';
import type { Chunk, LogLine } from './log_book';

/// How lines are shown; compared by what is in it.
export interface Look {
  deployment: string;
  /// The address of the line of that time.
  linkOf: (time: string) => string;
  /// Each line says whose it is.
  showsReplica: boolean;
  search: string;
  filter: LevelFilter;
  zone: 'utc' | 'local';
  wraps: boolean;
  colourOf: (replica: string) => number;
}

interface ChunkProps extends Look {
  chunk: Chunk;
  version: number;
  /// The line that the address names, or that the search stands at, if it is in this chunk.
  selected: number | null;
}

/// More of a line is shown when it is asked for.
const shownAtOnce = 2000;
/// As in logs.css; what a chunk that was never drawn is taken to be high.
const lineHeight = 20;

/// A hundred lines: drawn anew only when something in it changes, and laid out only when it is in view.
export class ChunkView extends Component<ChunkProps, { whole: ReadonlySet<number> }> {
  override state = { whole: new Set<number>() };

  override shouldComponentUpdate(next: ChunkProps, nextState: { whole: ReadonlySet<number> }): boolean {
    const names = Object.keys(next) as (keyof ChunkProps)[];
    return nextState !== this.state || names.some((name) => next[name] !== this.props[name]);
  }

  override render() {
    const { chunk, filter, selected } = this.props;
    const lines = chunk.lines.filter((line) => passes(line.level, filter));
    if (lines.length === 0) return null;
    return (
      <div class="log-chunk" style={{ containIntrinsicBlockSize: `auto ${lines.length * lineHeight}px` }}>
        {lines.map((line) => this.#line(line, line.seq === selected))}
      </div>
    );
  }

  #line(line: LogLine, isSelected: boolean) {
    const { deployment, linkOf, showsReplica, zone, colourOf } = this.props;
    const { day, clock } = timeParts(line.time, zone);
    return (
      <div
        key={line.seq}
        class={['log-line', line.level && `log-${line.level}`, isSelected && 'log-selected'].filter(Boolean).join(' ')}
        data-seq={line.seq}
        aria-current={isSelected || undefined}
      >
        {line.time && (
          <a class="log-time" href={linkOf(line.time)} tabIndex={-1} title={`${line.time}: link to this line`}>
            <span class="log-day">{day} </span>
            {clock}
          </a>
        )}
        {showsReplica && (
          <span class={`log-replica log-replica-${colourOf(line.replica)}`} title={line.replica}>
            {shortReplica(line.replica, deployment)}
          </span>
        )}
        <span class="log-text">{this.#text(line)}</span>
      </div>
    );
  }

  #text(line: LogLine) {
    const isWhole = line.text.length <= shownAtOnce || this.state.whole.has(line.seq);
    const text = isWhole ? line.text : line.text.slice(0, shownAtOnce);
    const parts = highlight(parseAnsi(text), this.props.search).map((part, index) =>
      part.hit ? (
        <mark key={index} class={part.classes}>
          {part.text}
        </mark>
      ) : part.classes ? (
        <span key={index} class={part.classes}>
          {part.text}
        </span>
      ) : (
        part.text
      ),
    );
    if (isWhole) return parts;
    return (
      <>
        {parts}
        <Button small kind="ghost" class="log-more" onClick={() => this.setState({ whole: new Set([...this.state.whole, line.seq]) })}>
          {`… ${line.text.length - shownAtOnce} more characters`}
        </Button>
      </>
    );
  }
}
