export interface KeyValue {
  key: string;
  value: string;
}

/// Lines of `NAME=value` as rows; null when the text is not such lines, so that pasting it does what it always does.
///
/// Empty lines and comments are passed over, `export ` and quotes around a value are taken off, as of an .env file.
export function parseKeyValueLines(text: string): KeyValue[] | null {
  const rows: KeyValue[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const match = /^(?:export\s+)?([^=\s]+)\s*[=]\s*(.*)$/.exec(line);
    if (!match) return null;
    const value = match[2] ?? '';
    const quoted = /^(["'])(.*)\1$/.exec(value);
    rows.push({ key: match[1] ?? '', value: quoted ? (quoted[2] ?? '') : value });
  }
  return rows.length > 0 ? rows : null;
}
