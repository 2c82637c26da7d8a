import type { Span } from '../../lib/ansi';

export interface Part extends Span {
  /// It is what was searched for.
  hit: boolean;
}

/// `spans` cut where `search` begins and ends; a hit may go over several of them.
export function highlight(spans: readonly Span[], search: string): Part[] {
  if (search === '') return spans.map((span) => ({ ...span, hit: false }));
  const whole = spans.map((span) => span.text).join('');
  const lower = whole.toLowerCase();
  // A few letters become two in lower case: then places in it are not places in the text.
  const ranges = lower.length === whole.length ? rangesOf(lower, search.toLowerCase()) : rangesOf(whole, search);
  const parts: Part[] = [];
  let at = 0;
  for (const span of spans) {
    const end = at + span.text.length;
    let from = at;
    for (const range of ranges) {
      if (range.end <= from || range.start >= end) continue;
      const start = Math.max(range.start, from);
      const stop = Math.min(range.end, end);
      if (start > from) parts.push({ text: whole.slice(from, start), classes: span.classes, hit: false });
      parts.push({ text: whole.slice(start, stop), classes: span.classes, hit: true });
      from = stop;
    }
    if (from < end) parts.push({ text: whole.slice(from, end), classes: span.classes, hit: false });
    at = end;
  }
  return parts;
}

function rangesOf(text: string, needle: string): { start: number; end: number }[] {
  const ranges = [];
  for (let start = text.indexOf(needle); start >= 0; start = text.indexOf(needle, start + needle.length)) {
    ranges.push({ start, end: start + needle.length });
  }
  return ranges;
}
