/// Escape sequences of terminals in lines of a log: colours become class names, everything else that is not text goes.
export interface Span {
  text: string;
  /// Such as `ansi-fg-1 ansi-bold`; empty for plain text.
  classes: string;
}

interface Style {
  foreground: number | null;
  background: number | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

const plain: Style = { foreground: null, background: null, bold: false, dim: false, italic: false, underline: false };

// CSI ... letter; OSC ... BEL or ST; two-character escapes; other control characters but tab. Source: ECMA-48.
const sequence = /\x1b\[([0-9;:]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\^_]|\x1b|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]/g;

export function parseAnsi(line: string): Span[] {
  const spans: Span[] = [];
  let style = plain;
  let from = 0;
  const add = (text: string) => {
    if (text === '') return;
    const classes = classesOf(style);
    const last = spans.at(-1);
    if (last && last.classes === classes) last.text += text;
    else spans.push({ text, classes });
  };
  for (const match of line.matchAll(sequence)) {
    add(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === 'm') style = select(style, match[1] ?? '');
  }
  add(line.slice(from));
  return spans;
}

/// Without any of it: what is searched and counted.
export function stripAnsi(line: string): string {
  return line.replace(sequence, '');
}

function classesOf(style: Style): string {
  const classes: string[] = [];
  if (style.foreground !== null) classes.push(`ansi-fg-${style.foreground}`);
  if (style.background !== null) classes.push(`ansi-bg-${style.background}`);
  for (const name of ['bold', 'dim', 'italic', 'underline'] as const) if (style[name]) classes.push(`ansi-${name}`);
  return classes.join(' ');
}

function select(style: Style, parameters: string): Style {
  let result = style;
  const codes = parameters.split(/[;:]/).map(Number);
  for (let index = 0; index < codes.length; ++index) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48) {
      const basic = codes[index + 1] === 5 ? (codes[index + 2] ?? 0) : null;
      index += codes[index + 1] === 5 ? 2 : 4;
      // Of 256 and true colours only the sixteen that the theme has are shown.
      const colour = basic !== null && basic < 16 ? basic : null;
      result = code === 38 ? { ...result, foreground: colour } : { ...result, background: colour };
    } else {
      result = selectOne(result, code);
    }
  }
  return result;
}

function selectOne(style: Style, code: number): Style {
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 3) return { ...style, italic: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 23) return { ...style, italic: false };
  if (code === 24) return { ...style, underline: false };
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 };
  if (code === 39) return { ...style, foreground: null };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code === 49) return { ...style, background: null };
  if (code >= 90 && code <= 97) return { ...style, foreground: code - 82 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 };
  return style;
}
