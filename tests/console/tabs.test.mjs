import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWorld } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';

/// A browser keeps six connections to one address, and every tab of it draws on them.
describe('many tabs of one browser', () => {
  let world, page, context;
  const tabs = [];

  before(async () => {
    world = await openWorld();
    await world.program.waitForPhase('iris');
    ({ page, context } = await world.signedIn());
  });
  after(() => world.close());

  /// A browser without a screen takes every page for looked at: what a person's would tell is said to the page here.
  const look = (tab, state) =>
    tab.evaluate((told) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => told });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  const log = (tab) => tab.getByRole('log').getByText('GET /health/status 200 user=-').first().waitFor();

  it('do not take the connections from the one that is looked at', async () => {
    for (let count = 0; count < 8; ++count) {
      const tab = count === 0 ? page : await context.newPage();
      tabs.push(tab);
      await tab.goto(world.url + '/deployments/iris/logs');
      await tab.locator('.live-live').waitFor();
      await log(tab);
      if (count < 7) await look(tab, 'hidden');
    }
    const last = tabs.at(-1);
    await last.getByRole('navigation', { name: 'Deployment' }).getByRole('link', { name: 'Information' }).click();
    await last.getByRole('button', { name: 'Send' }).click();
    await last.getByRole('region', { name: 'Run an Example' }).getByText('setosa').first().waitFor();
  });

  it('tell by their titles what happens while nobody looks', async () => {
    await world.program.api('POST', '/deployments/iris/stop', {});
    await waitUntil(async () => (await tabs[0].title()).startsWith('(Stopped)'), 'the title of a tab that nobody looks at');
  });

  it('catch up as soon as somebody looks', async () => {
    await world.program.api('POST', '/deployments/iris/start', {});
    await world.program.waitForPhase('iris');
    await look(tabs[1], 'visible');
    await tabs[1].locator('.live-live').waitFor();
    await waitUntil(async () => (await tabs[1].title()).startsWith('(Deployed)'), 'the state in the title');
    assert.equal(await tabs[1].locator('.banner').count(), 0);
    await tabs[1].getByText('Live: new lines appear as they come').waitFor();
  });
});

/// Side by side, or on several screens: none of them is hidden.
describe('many windows of one browser', () => {
  let world, page, context;
  const windows = [];

  before(async () => {
    world = await openWorld();
    await world.program.waitForPhase('iris');
    ({ page, context } = await world.signedIn());
  });
  after(() => world.close());

  const lines = (window) => window.getByRole('log').getByText('GET /health/status 200 user=-').count();

  it('all open, and show their log', async () => {
    for (let count = 0; count < 8; ++count) {
      const window = count === 0 ? page : await context.newPage();
      windows.push(window);
      await window.goto(world.url + '/deployments/iris/logs');
      await window.locator('.live-live').waitFor();
      await waitUntil(async () => (await lines(window)) > 0, 'the log');
    }
  });

  it('leave connections to what is asked, from whichever', async () => {
    await waitUntil(() => world.gate.following() <= 2, 'two windows that follow their log');
    for (const window of [windows[0], windows.at(-1)]) {
      await window.getByRole('navigation', { name: 'Deployment' }).getByRole('link', { name: 'Information' }).click();
      await window.getByRole('button', { name: 'Send' }).click();
      await window.getByRole('region', { name: 'Run an Example' }).getByText('setosa').first().waitFor();
      await window.getByRole('navigation', { name: 'Deployment' }).getByRole('link', { name: 'Logs' }).click();
    }
  });

  it('say which of them ask every few seconds, and show what is new all the same', async () => {
    await windows[0].getByText('Other windows hold the connections: new lines every 3 s').waitFor();
    await windows.at(-1).getByText('Live: new lines appear as they come').waitFor();
    const before = await Promise.all(windows.map(lines));
    for (const [at, window] of windows.entries()) await waitUntil(async () => (await lines(window)) > before[at], `new lines in window ${at}`);
    await world.program.api('POST', '/deployments/iris/stop', {});
    for (const window of windows) await window.locator('.summary .pill', { hasText: 'Stopped' }).waitFor();
  });

  it('give their connections on when they are closed', async () => {
    await world.program.api('POST', '/deployments/iris/start', {});
    await world.program.waitForPhase('iris');
    for (const window of windows.slice(1)) await window.close();
    await page.getByText('Live: new lines appear as they come').waitFor();
  });
});
