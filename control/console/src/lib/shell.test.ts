import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { curlCommand, javaScriptCode, predictCommand, pythonCode, shellQuote } from './shell';

/// What a shell makes of a command's words, curl being a function that prints them.
function wordsOf(command: string, variables: Record<string, string> = {}): string[] {
  const script = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; }\n${command}`;
  return execFileSync('sh', ['-c', script], { env: { ...process.env, ...variables } }).toString().split('\0').slice(0, -1);
}

describe('shellQuote', () => {
  it.each(['plain', '', "it's", 'a "b" $HOME `id` \\n', 'two\nlines', '*.json', '~', "'"])('keeps %j one word', (text) => {
    expect(wordsOf(`curl ${shellQuote(text)}`)).toEqual([text]);
  });
});

describe('curlCommand', () => {
  const example = { endpoint: 'http://h:8080/deployment/a/api/v1.0/predictions', body: `{"strData": "it's"}` };
  it('gives curl what was meant', () => {
    const words = wordsOf(curlCommand(example));
    expect(words).toEqual(['-X', 'POST', '-H', 'Content-Type: application/json', '-d', example.body, example.endpoint]);
  });
  it('takes the token of a client that was not just made from a variable', () => {
    const command = curlCommand({ ...example, client: { name: 'app' } });
    expect(command).toContain('export MODELGATE_CLIENT_TOKEN=');
    const pasted = command.split('\n').slice(1).join('\n');
    expect(wordsOf(pasted, { MODELGATE_CLIENT_TOKEN: 'mgc_x' })).toContain('app:mgc_x');
  });
  it('puts in a token that was just made', () => {
    const words = wordsOf(curlCommand({ ...example, client: { name: 'app', token: 'mgc_y' } }));
    expect(words.slice(2, 4)).toEqual(['-u', 'app:mgc_y']);
  });
});

describe('other languages', () => {
  const example = { endpoint: 'http://h/x', body: '{\n  "a": "\\"q\\""\n}', client: { name: 'app' } };
  it('Python reads the body as it is', () => {
    const literal = /data=(".*"),/.exec(pythonCode(example))?.[1];
    expect(JSON.parse(literal ?? '')).toBe(example.body);
    expect(pythonCode(example)).toContain('os.environ["MODELGATE_CLIENT_TOKEN"]');
  });
  it('JavaScript parses', () => {
    expect(() => new Function(`return async () => {${javaScriptCode(example)}}`)).not.toThrow();
  });
  it('the command line quotes the body', () => {
    expect(wordsOf(predictCommand('iris', { ...example, client: undefined }).replace('modelgate', 'curl'))).toEqual(['predict', 'iris', '--data', example.body]);
  });
});
