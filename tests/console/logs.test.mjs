import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld } from './support/harness.mjs';
import { deployObedient, order, provideObedient, say } from './support/obedient.mjs';
import { waitUntil } from './support/program.mjs';

const coloured = [
  '\u001b[32mINFO\u001b[0m model loaded in 1.2 s',
  '\u001b[33mWARNING\u001b[0m feature 3 is out of range',
  '\u001b[1;31mERROR\u001b[0m cannot read <b>the file</b>',
  'Traceback (most recent call last):',
  '  File "model.py", line 7, in predict',
  'ValueError: no such species',
  'DEBUG cache miss',
  `long ${'x'.repeat(3000)} end`,
];

describe('logs of a deployment', () => {
  let world, page, program, removeImages;
  const log = () => page.getByRole('log');
  const lines = () => log().locator('.log-line').count();
  const shows = (text) => log().getByText(text, { exact: true }).first().waitFor();
  const place = () => log().evaluate((box) => ({ top: box.scrollTop, rest: box.scrollHeight - box.scrollTop - box.clientHeight }));
  const open = (query = '') => page.goto(world.url + '/deployments/talker/logs' + query);

  before(async () => {
    removeImages = provideObedient();
    world = await openWorld();
    program = world.program;
    await deployObedient(program, 'talker', { name: 'Talker' });
    ({ page } = await world.signedIn());
  });
  after(async () => {
    await world.close();
    removeImages();
  });

  it('says that there is nothing yet, and shows what comes as it comes', async () => {
    await open();
    await page.getByRole('heading', { name: '(no data)' }).waitFor();
    await world.picture(page, 'logs-empty');
    assert.deepEqual(await world.axe(page), []);
    await say(program, 'talker', 'the first line', '', 'a third');
    await shows('a third');
    assert.equal(await lines(), 3);
    assert.equal(await log().getAttribute('aria-live'), 'off');
    assert.match(await log().getAttribute('aria-label'), /^Log of Talker, r1-0$/);
  });

  it('colours what the model coloured, runs nothing of it, and cuts long lines', async () => {
    await say(program, 'talker', ...coloured);
    await shows('INFO model loaded in 1.2 s');
    assert.match(await log().locator('.ansi-fg-1.ansi-bold').innerText(), /^ERROR$/);
    assert.equal(await log().locator('b').count(), 0);
    await log().getByText('cannot read <b>the file</b>').waitFor();
    await log().getByRole('button', { name: '1009 more characters' }).click();
    await log().getByText(/x end$/).waitFor();
    await world.picture(page, 'logs');
    assert.deepEqual(await world.axe(page), []);
  });

  it('filters by level, with what belongs to an error', async () => {
    await page.getByLabel('Level').selectOption({ label: 'Errors' });
    await waitUntil(async () => (await lines()) === 4, 'the error and its stack trace');
    await page.getByLabel('Level').selectOption({ label: 'Warnings and errors' });
    await waitUntil(async () => (await lines()) === 5, 'the warning, too');
    assert.equal(new URL(page.url()).search, '?level=warning');
    await page.reload();
    await waitUntil(async () => (await lines()) === 5, 'the same after a reload');
    await page.getByLabel('Level').selectOption({ label: 'All levels' });
  });

  it('searches, counts, and goes from match to match by keyboard', async () => {
    await page.keyboard.press('Tab');
    await log().focus();
    await page.keyboard.press('/');
    await page.keyboard.type('FEATURE');
    await page.getByText('1 line matches').waitFor();
    await page.getByRole('searchbox').fill('e');
    await page.getByText('9 lines match').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('9 of 9').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('8 of 9').waitFor();
    await page.keyboard.press('Shift+Enter');
    await page.getByText('9 of 9').waitFor();
    assert.match(await log().locator('.log-selected').innerText(), /long/);
    await page.evaluate(() => globalThis.scrollTo(0, 0));
    await world.picture(page, 'logs-search');
    assert.deepEqual(await world.axe(page), []);
    await page.getByRole('searchbox').fill('nowhere');
    await page.getByText('No line matches').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    assert.equal(new URL(page.url()).hash, '');
  });

  it('shows times of UTC or of here, and wraps or scrolls', async () => {
    const first = () => log().locator('.log-time').first().innerText();
    const utc = await first();
    assert.match(utc, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
    await page.getByText('Timestamp reflects Universal Time Coordinated (UTC).').waitFor();
    await page.getByRole('button', { name: 'Local' }).click();
    await page.getByText('Timestamps are in the time zone of this browser.').waitFor();
    await page.getByRole('button', { name: 'UTC' }).click();
    assert.equal(await first(), utc);
    const sticksOut = () => log().evaluate((box) => box.scrollWidth > box.clientWidth);
    assert.equal(await sticksOut(), false);
    await page.getByRole('button', { name: 'Wrap' }).click();
    assert.equal(await sticksOut(), true);
    await page.getByRole('button', { name: 'Wrap' }).click();
    await page.getByRole('button', { name: 'Read out' }).click();
    assert.equal(await log().getAttribute('aria-live'), 'polite');
    await page.getByRole('button', { name: 'Read out' }).click();
  });

  it('follows a log of 2,000 lines and more while it grows, until somebody scrolls up', async () => {
    await say(program, 'talker', ...Array.from({ length: 5000 }, (_, number) => `line ${number}`));
    await open();
    await shows('line 4999');
    assert.equal(await lines(), 2000);
    assert.ok((await place()).rest < 10, 'it stands at its end');
    await page.getByText('2,000 lines', { exact: false }).first().waitFor();

    await log().hover();
    await page.mouse.wheel(0, -600);
    await page.getByRole('button', { name: 'Scroll to Bottom' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Follow' }).getAttribute('aria-pressed'), 'false');
    const before = await place();
    await say(program, 'talker', 'grown by one', 'grown by two');
    await page.getByRole('button', { name: '2 new lines' }).waitFor();
    assert.equal((await place()).top, before.top, 'what is read stays where it is');
    await world.picture(page, 'logs-new-lines', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await page.getByRole('button', { name: '2 new lines' }).click();
    await waitUntil(async () => (await place()).rest < 10, 'the end again');
    await shows('grown by two');

    // Growing by 2,000 while it is followed: it keeps up, and what was drawn is not drawn again.
    await log().evaluate((box) => {
      const drawn = [...box.querySelectorAll('.log-chunk')].slice(0, -1);
      globalThis.redrawn = new Set();
      const note = (records) => records.forEach(({ target }) => drawn.includes(target.closest('.log-chunk')) && globalThis.redrawn.add(target.closest('.log-chunk')));
      new MutationObserver(note).observe(box, { subtree: true, childList: true, attributes: true });
    });
    for (let round = 0; round < 20; ++round) await say(program, 'talker', ...Array.from({ length: 100 }, (_, number) => `more ${round * 100 + number}`));
    await shows('more 1999');
    await waitUntil(async () => (await place()).rest < 10, 'the end still in view');
    assert.equal(await page.evaluate(() => globalThis.redrawn.size), 0);
  });

  it('says where the log begins only when it is known, on a slow line, too', async () => {
    await page.goto(world.url + '/deployments/talker');
    await page.getByRole('region', { name: 'Run an Example' }).waitFor();
    const line = await page.context().newCDPSession(page);
    const slowDown = (bytes) => line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: bytes, uploadThroughput: -1 });
    await line.send('Network.enable');
    await slowDown(40 * 1024);
    await page.getByRole('navigation', { name: 'Deployment' }).getByRole('link', { name: 'Logs' }).click();
    await log().waitFor();
    await page.getByText('Live: new lines appear as they come').waitFor();
    assert.equal(await lines(), 2000);
    assert.equal(await page.getByText('The log begins here.').count(), 0);
    await page.getByRole('button', { name: 'Load older' }).waitFor();
    await slowDown(-1);
    await line.detach();
  });

  it('loads older lines above, without moving what is read, down to the first', async () => {
    await open();
    await shows('more 1999');
    await log().evaluate((box) => (box.scrollTop = 0));
    const text = await log().locator('.log-text').first().textContent();
    const height = async () => (await log().getByText(text, { exact: true }).boundingBox()).y;
    const before = await height();
    await page.getByRole('button', { name: 'Load older' }).click();
    await waitUntil(async () => (await lines()) > 3990, 'twice as many');
    await waitUntil(async () => Math.abs((await height()) - before) < 60, 'the line at about the same height');
    for (let more = 0; more < 3; ++more) {
      if (await page.getByText('The log begins here.').isVisible()) break;
      const count = await lines();
      await page.getByRole('button', { name: 'Load older' }).click();
      await waitUntil(async () => (await lines()) > count, 'more');
    }
    await page.getByText('The log begins here.').waitFor();
    await shows('the first line');
  });

  it('has a link for each line, however far back', async () => {
    await page.getByRole('searchbox').fill('third');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 1').waitFor();
    await page.getByRole('button', { name: 'Copy link: this line' }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(link, /\/deployments\/talker\/logs\?search=third&replica=deploy-talker-r1-0#L\d{4}-/);
    await page.goto('about:blank');
    await page.goto(link.replace('search=third&', ''));
    await log().locator('.log-selected', { hasText: 'a third' }).waitFor();
    await waitUntil(() => log().locator('.log-selected').evaluate((line) => {
      const [own, box] = [line.getBoundingClientRect(), line.closest('.log').getBoundingClientRect()];
      return own.top >= box.top && own.bottom <= box.bottom;
    }), 'the line in view');
    await page.getByText('Line of').waitFor();
    await page.goto(world.url + '/deployments/talker/logs#L2020-01-01T00:00:00.000000000Z');
    await page.getByText('That line is not here').waitFor();
    await log().locator('.log-time').last().click();
    await page.getByText('Line of').waitFor();
    assert.match(new URL(page.url()).hash, /^#L2/);
  });

  it('downloads the whole file', async () => {
    const arriving = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    const download = await arriving;
    assert.match(download.suggestedFilename(), /^\d{4}(-\d\d){5}\.log$/);
    const text = fs.readFileSync(await download.path(), 'utf8');
    assert.match(text, /the first line\n/);
    assert.match(text, /more 1999\n/);
  });

  it('goes on over a broken connection, without a gap or a repetition', async () => {
    await open();
    await shows('more 1999');
    world.gate.cut();
    await page.getByText('The connection was lost').first().waitFor();
    await say(program, 'talker', 'said while nobody heard');
    world.gate.restore();
    await shows('said while nobody heard');
    assert.equal(await log().getByText('more 1999', { exact: true }).count(), 1);
    assert.equal(await log().getByText('said while nobody heard', { exact: true }).count(), 1);
  });

  it('shows a crashed instance beside the next one', async () => {
    await say(program, 'talker', 'last words');
    await shows('last words');
    await order(program, 'talker', { end: 3 });
    await waitUntil(async () => (await program.api('GET', '/deployments/talker')).status.replicas[0]?.restarts === 1, 'restarted');
    await program.waitForPhase('talker');
    await say(program, 'talker', 'born again');
    await shows('born again');
    await shows('last words'); // who reads goes on reading
    await open('?replica=deploy-talker-r1-0');
    await shows('born again');
    await page.getByRole('option', { name: 'r1-0 · Ready · 1 restart' }).waitFor({ state: 'attached' });
    assert.equal(await log().getByText('last words', { exact: true }).count(), 0);
    await page.getByLabel('Instance').selectOption('previous');
    await shows('last words');
    assert.equal(new URL(page.url()).search, '?replica=deploy-talker-r1-0&instance=previous');
    await page.getByText('Whole: this instance has ended').waitFor();
    await page.goto(world.url + '/deployments/iris/logs?replica=deploy-iris-r1-0&instance=previous');
    await page.getByRole('heading', { name: 'There is no instance before' }).waitFor();
    await world.picture(page, 'logs-no-previous');
  });

  it('merges replicas, each line saying whose it is, and tells of those that are gone', async () => {
    await program.waitForPhase('iris');
    await page.goto(world.url + '/deployments/iris/logs');
    await shows('GET /health/status 200 user=-');
    assert.equal(await page.getByLabel('Replicas', { exact: true }).inputValue(), 'deploy-iris-r1-0');
    assert.equal(await log().locator('.log-replica').count(), 0);
    await page.getByLabel('Replicas', { exact: true }).selectOption({ label: 'All replicas' });
    await log().locator('.log-replica', { hasText: 'r1-0' }).first().waitFor();
    await log().locator('.log-replica', { hasText: 'r1-1' }).first().waitFor();
    await world.picture(page, 'logs-merged', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await page.getByLabel('Replicas', { exact: true }).selectOption('deploy-iris-r1-1');
    await shows('GET /health/status 200 user=-');
    assert.equal(await log().locator('.log-replica').count(), 0);
    await page.goto(world.url + '/deployments/iris/logs?replica=deploy-iris-r9-9');
    await page.getByRole('heading', { name: 'Error: cannot fetch the log' }).waitFor();
    await page.getByText('it has deploy-iris-r1-0').waitFor();
    await page.getByLabel('Replicas', { exact: true }).selectOption('all');
    await log().waitFor();
  });

  it('keeps the log of a stopped deployment, and goes on when it is started', async () => {
    await open();
    await shows('born again');
    await program.api('POST', '/deployments/talker/stop', {});
    await program.waitForPhase('talker', 'Stopped');
    await page.getByText('Nothing runs that could write more').waitFor();
    await page.reload();
    await shows('born again');
    await program.api('POST', '/deployments/talker/start', {});
    await program.waitForPhase('talker');
    await say(program, 'talker', 'here once more');
    await shows('here once more');
  });

  it('fits 320 pixels', async () => {
    await page.setViewportSize(narrow);
    await open();
    await shows('here once more');
    await world.assertFits(page);
    // Lines are drawn only where they are in view.
    await log().scrollIntoViewIfNeeded();
    await world.picture(page, 'logs-320', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await page.goto(world.url + '/deployments/iris/logs?search=health&replica=all');
    await log().locator('.log-replica').first().waitFor();
    await log().scrollIntoViewIfNeeded();
    await world.picture(page, 'logs-merged-320', { fullPage: false });
    await world.assertFits(page);
  });
});
