import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createCommand, restCommand, updateCommand } from './command_line';

/// What a shell makes of it: its words, and what it is given on standard input.
function run(text: string): { words: string[]; input: string } {
  const script = `show() { for word in "$@"; do printf '%s\\0' "$word"; done; case "$*" in *'-f -'*) printf '\\1'; cat;; esac; }\nmodelgate() { show "$@"; }\ncurl() { show "$@"; }\n`;
  const [words = '', input = ''] = execFileSync('sh', ['-c', script + text.replace(/^export .*\n/, 'MODELGATE_TOKEN=mga_x\n')]).toString().split('\x01');
  return { words: words.split('\0').slice(0, -1), input };
}

describe('createCommand', () => {
  const draft = { id: 'iris-1', name: "Ann's", group: 'demo', modelImage: 'demo/iris:1.0', instanceType: 'small', replicas: 2, endpointAccessType: 'private' as const, env: [{ name: 'A', value: 'x y' }], metadata: { team: 'ml' } };
  it('says it by flags', () => {
    expect(run(createCommand(draft)).words).toEqual([
      'deployments', 'create', 'iris-1', '--name', "Ann's", '--group', 'demo', '--image', 'demo/iris:1.0', '--instance-type', 'small',
      '--replicas', '2', '--private', '--env', 'A=x y', '--metadata', 'team=ml',
    ]);
  });
  it('takes a file where there is no flag', () => {
    const { words, input } = run(createCommand({ ...draft, serving: { timeout: 5 } }));
    expect(words).toEqual(['deployments', 'create', 'iris-1', '-f', '-']);
    const { id: _, ...rest } = draft;
    expect(JSON.parse(input)).toEqual({ ...rest, serving: { timeout: 5 } });
  });
});

it('updates what was looked at only', () => {
  expect(run(updateCommand('iris', { replicas: 3, stop: false }, 7)).words).toEqual(['deployments', 'update', 'iris', '--replicas', '3', '--start', '--revision', '7']);
});

it('shows the request itself', () => {
  const { words } = run(restCommand('PATCH', 'http://h:8081/api/v1/deployments/iris', { description: "it's" }, 7));
  expect(words).toContain('If-Match: "7"');
  expect(words).toContain('Authorization: Bearer mga_x');
  expect(JSON.parse(words[words.indexOf('-d') + 1] ?? '')).toEqual({ description: "it's" });
});
