export interface JsonMistake {
  line: number;
  column: number;
  message: string;
}

/// What is wrong with `text` as JSON, and where; null when nothing is.
///
/// Engines word and place their errors differently, so the place is found by a small scanner of RFC 8259 instead.
export function findJsonMistake(text: string): JsonMistake | null {
  const scanner = new Scanner(text);
  const message = scanner.document();
  if (message === null) return null;
  const before = text.slice(0, scanner.at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message };
}

/// Two spaces deep; short arrays of numbers stay on one line, as people write tensors.
export function formatJson(value: unknown, indent = ''): string {
  const deeper = indent + '  ';
  if (Array.isArray(value)) {
    const flat = JSON.stringify(value);
    if (value.every((each) => typeof each !== 'object' || each === null) && flat.length <= 100) return `[${value.map((each) => JSON.stringify(each)).join(", ")}]`;
    return `[\n${value.map((each) => deeper + formatJson(each, deeper)).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value);
    if (members.length === 0) return '{}';
    return `{\n${members.map(([name, each]) => `${deeper}${JSON.stringify(name)}: ${formatJson(each, deeper)}`).join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const string = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const badString = 'this string does not end, or has an escape or a line break that JSON does not know';
const deepest = 500;

class Scanner {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  document(): string | null {
    const problem = this.#value(0);
    if (problem !== null) return problem;
    this.#space();
    return this.at < this.#text.length ? 'nothing more may stand after the value' : null;
  }

  #space(): void {
    while (' \t\r\n'.includes(this.#text[this.at] ?? 'x')) ++this.at;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (found) this.at += found[0].length;
    return found !== null;
  }

  #value(depth: number): string | null {
    this.#space();
    const first = this.#text[this.at];
    if (first === undefined) return 'the text ends where a value is expected';
    if (depth > deepest) return 'this is nested too deeply';
    if (first === '{') return this.#list('}', depth);
    if (first === '[') return this.#list(']', depth);
    if (first === '"') return this.#take(string) ? null : badString;
    for (const word of ['true', 'false', 'null']) {
      if (this.#text.startsWith(word, this.at)) {
        this.at += word.length;
        return null;
      }
    }
    if (this.#take(number)) return null;
    return first === "'" ? 'strings stand in double quotes' : 'a value is expected here: an object, array, string, number, true, false or null';
  }

  #list(close: '}' | ']', depth: number): string | null {
    ++this.at;
    this.#space();
    if (this.#text[this.at] === close) {
      ++this.at;
      return null;
    }
    for (;;) {
      const problem = (close === '}' ? this.#name() : null) ?? this.#value(depth + 1);
      if (problem !== null) return problem;
      this.#space();
      const next = this.#text[this.at];
      if (next !== ',' && next !== close) {
        return next === undefined ? `the text ends where "${close}" is missing` : `"," or "${close}" is expected here`;
      }
      ++this.at;
      if (next === close) return null;
      this.#space();
      if (this.#text[this.at] === close) return 'no comma may stand after the last one';
    }
  }

  #name(): string | null {
    this.#space();
    if (this.#text[this.at] !== '"') return 'a name in double quotes is expected here';
    if (!this.#take(string)) return badString;
    this.#space();
    if (this.#text[this.at] !== ':') return '":" is expected here';
    ++this.at;
    return null;
  }
}
