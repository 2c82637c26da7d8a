/// What a browser has to fetch before the list of deployments is there, packed as the program sends it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { source } from './support/program.mjs';

const folder = process.env.MODELGATE_CONSOLE_FOLDER ?? path.join(source, 'control/console/dist');
const manifest = JSON.parse(fs.readFileSync(path.join(folder, '.vite/manifest.json'), 'utf8'));
const KiB = 1024;
const mostJavaScript = 60 * KiB;
const mostStyles = 15 * KiB;

const packedSize = (file) => gzipSync(fs.readFileSync(path.join(folder, file)), { level: 9 }).length;

/// A chunk, what it imports at once, and their styles.
function filesOf(name, found = new Set()) {
  const chunk = manifest[name];
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const style of chunk.css ?? []) found.add(style);
  for (const imported of chunk.imports ?? []) filesOf(imported, found);
  return found;
}

function sizeOf(names, ending) {
  const files = new Set(names.flatMap((name) => [...filesOf(name)]));
  return [...files].filter((file) => file.endsWith(ending)).reduce((sum, file) => sum + packedSize(file), 0);
}

it('the first load stays within its budget', (test) => {
  const first = ['index.html', 'src/pages/deployments/page.tsx'];
  const [scripts, styles] = [sizeOf(first, '.js'), sizeOf(first, '.css')];
  test.diagnostic(`${scripts} bytes of JavaScript, ${styles} bytes of CSS`);
  assert.ok(scripts <= mostJavaScript, `${scripts} bytes of JavaScript, of ${mostJavaScript}`);
  assert.ok(styles <= mostStyles, `${styles} bytes of CSS, of ${mostStyles}`);
});

it('charts and diffs are no part of it', () => {
  const first = fs.readFileSync(path.join(folder, manifest['index.html'].file), 'utf8');
  assert.ok(!first.includes('uplot') && !first.includes('createTwoFilesPatch'));
});

it('nothing is inline that the policy forbids', () => {
  const page = fs.readFileSync(path.join(folder, 'index.html'), 'utf8');
  assert.ok(!/<style|\sstyle=|\son\w+=/.test(page), page);
  for (const [, attributes, text] of page.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)) {
    assert.match(attributes, / src="\/assets\//);
    assert.equal(text, '');
  }
});
