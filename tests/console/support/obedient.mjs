/// A model that does what a prediction tells it (tests/e2e/obedient.py), as the image `test/obedient:1` beside those of the demo.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { source, waitUntil } from './program.mjs';

/// Programs that are started from here on find the image; call what is returned at the end.
export function provideObedient() {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'modelgate-console-images-'));
  fs.chmodSync(place, 0o755);
  fs.cpSync(path.join(source, 'conf/images'), place, { recursive: true });
  const folder = path.join(place, 'test/obedient/1');
  fs.mkdirSync(folder, { recursive: true });
  fs.copyFileSync(path.join(source, 'tests/e2e/obedient.py'), path.join(folder, 'model.py'));
  fs.writeFileSync(path.join(folder, 'image.toml'), 'command = ["python3", "-u", "model.py"]\nhealth_path = "/health"\n');
  process.env.MODELGATE_CATALOGUE__PATH = place;
  return () => {
    delete process.env.MODELGATE_CATALOGUE__PATH;
    fs.rmSync(place, { recursive: true, force: true });
  };
}

export async function deployObedient(program, id, more = {}) {
  await program.api('POST', '/deployments', { id, name: id, group: 'demo', modelImage: 'test/obedient:1', instanceType: 'demo-small', replicas: 1, ...more });
  return program.waitForPhase(id);
}

/// Answers whether the model did; it does not when the order was to end.
export async function order(program, id, what) {
  const answer = await fetch(`http://${program.ports.prediction}/deployment/${id}/api/v1.0/predictions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(what),
  });
  await answer.arrayBuffer();
  return answer.ok;
}

/// Prints lines, and waits until the last of them is in the log.
export async function say(program, id, ...lines) {
  if (!(await order(program, id, { say: lines.join('\n') }))) throw new Error(`${id} did not say it`);
  await waitUntil(async () => (await program.api('GET', `/deployments/${id}/logs?tail=50`)).includes(lines.at(-1)), `"${lines.at(-1)}" in the log of ${id}`);
}
