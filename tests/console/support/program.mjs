/// The built program from outside: on ports and in folders of its own, with the demo's state.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const source = process.env.MODELGATE_SOURCE ?? fileURLToPath(new URL('../../..', import.meta.url));
const program = process.env.MODELGATE_PROGRAM ?? path.join(source, 'build/release/modelgate');
/// Milliseconds; used up only when something is broken.
export const patience = 60_000;

export async function waitUntil(check, what) {
  const end = Date.now() + patience;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: did not happen within ${patience / 1000} s`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

export async function startProgram({ demo = true } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modelgate-console-'));
  fs.chmodSync(folder, 0o755);
  const data = path.join(folder, 'data');
  const listen = ['prediction', 'control', 'metrics'].flatMap((name) => [`--${name}-listen`, '127.0.0.1:0']);
  const words = ['serve', '--config', path.join(source, 'conf/modelgate.toml'), '--data-dir', data, ...listen, ...(demo ? ['--demo'] : [])];
  const log = path.join(folder, 'log');
  const out = fs.openSync(log, 'w');
  const child = spawn(program, words, { stdio: ['ignore', out, out] });
  fs.closeSync(out);
  const read = (name) => fs.readFileSync(path.join(data, name), 'utf8').trim();
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(late);
    }
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    await waitUntil(() => {
      if (child.exitCode !== null) throw new Error(`the program ended: ${fs.readFileSync(log, 'utf8')}`);
      return fs.existsSync(path.join(data, 'ports.json')) && (!demo || fs.readFileSync(log, 'utf8').includes('demo-password'));
    }, 'ports.json and the greeting of the demo');
  } catch (error) {
    await stop();
    throw error;
  }
  const ports = JSON.parse(read('ports.json'));
  const token = read('initial-admin-token');

  /// REST with the first administrator's token, or another; a refusal is thrown.
  const api = async (method, target, body, { token: other = token, ...fields } = {}) => {
    const answer = await fetch(`http://${ports.control}/api/v1${target}`, {
      method,
      headers: { Authorization: `Bearer ${other}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...fields },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${text}`);
    return text && /json/.test(answer.headers.get('Content-Type') ?? '') ? JSON.parse(text) : text;
  };
  const waitForPhase = (id, phase = 'Deployed') =>
    waitUntil(async () => {
      const found = await api('GET', `/deployments/${id}`);
      return found.status.phase === phase && found;
    }, `${id} ${phase}`);
  return { ports, token, password: demo ? read('demo-password') : undefined, data, api, waitForPhase, stop, log: () => fs.readFileSync(log, 'utf8') };
}
