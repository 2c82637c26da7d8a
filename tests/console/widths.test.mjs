import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld, settled, wide } from './support/harness.mjs';

/// Names as long as the program takes them, on every page, in windows that are neither wide nor narrow.
describe('every page, with long names', () => {
  const widths = [narrow.width, 480, 641, 768, 900, 1024, wide.width];
  const long = 'a-' + 'name-as-long-as-it-may-be-'.repeat(4);
  const id = long.slice(0, 52) + '-x';
  const unbroken = long.replaceAll('-', '_').repeat(2).slice(0, 128);  // a browser breaks no line in it by itself
  let world, page;

  before(async () => {
    world = await openWorld();
    const { api } = world.program;
    await api('POST', '/groups', { name: 'long', displayName: unbroken, enabledDeployment: true });
    await api('POST', '/instance-types', { name: 'long', displayName: unbroken, description: `https://wiki.example/${unbroken}`, cpu: 0.1, memoryGiB: 0.1, gpu: 0 });
    await api('POST', '/deployments', {
      id, name: unbroken, group: 'long', modelImage: 'demo/iris:1.0', instanceType: 'long', replicas: 1, endpointAccessType: 'private',
      env: [{ name: long.replaceAll('-', '_').slice(0, 80), value: 'x'.repeat(80) }], metadata: { ['m' + 'x'.repeat(50)]: 'v'.repeat(80) }, updateMessage: 'u'.repeat(120),
    });
    await world.program.waitForPhase(id);
    await api('POST', `/deployments/${id}/clients`, { name: long.replaceAll('-', '_').slice(0, 60) });
    await api('PATCH', `/deployments/${id}`, { description: 'd'.repeat(120), metadata: { ['n' + 'x'.repeat(50)]: 'w'.repeat(80) } }, { 'If-Match': '*' });
    await world.program.waitForPhase('iris');
    ({ page } = await world.signedIn());
  });
  after(() => world.close());

  const places = ['/deployments', '/create', '/groups', '/groups/demo', '/instance-types', '/images', '/pull-secrets', '/tokens', '/users', '/users/admin', '/audit', '/gateway'];
  const tabs = ['', '/monitor', '/clients', '/logs', '/history', '/update'];
  for (const place of [...places, '/deployments/iris', ...tabs.map((tab) => `/deployments/${id}${tab}`)]) {
    it(`${place} has nothing outside of the window at any width`, async () => {
      await page.goto(world.url + place);
      await page.locator('.page-head').waitFor();
      await page.waitForFunction(() => !document.querySelector('.skeleton'));
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        await world.assertFits(page);
        const out = await page.evaluate(() =>
          [...document.querySelectorAll('.table')].filter((table) => table.scrollWidth > table.parentElement.clientWidth + 1).map((table) => `${table.textContent.slice(0, 40)}: ${table.scrollWidth} of ${table.parentElement.clientWidth}`));
        assert.deepEqual(out, [], `tables at ${width}`);
      }
    });
  }

  it('a question about it has nothing outside of itself', async () => {
    await page.goto(`${world.url}/deployments/${id}`);
    for (const width of [narrow.width, 768, wide.width]) {
      await page.setViewportSize({ width, height: 800 });
      for (const action of ['Restart', 'Stop', 'Delete']) {
        await page.getByRole('button', { name: action, exact: true }).click();
        const dialog = page.getByRole('dialog');
        await dialog.waitFor();
        const { scrolled, shown } = await dialog.evaluate((it) => ({ scrolled: it.scrollWidth, shown: it.clientWidth }));
        assert.ok(scrolled <= shown, `${action} at ${width}: ${scrolled} of ${shown}`);
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
      }
    }
  });

  it('the chosen tab stays in view as the window becomes narrower', async () => {
    await page.setViewportSize(wide);
    await page.goto(`${world.url}/deployments/${id}/history`);
    const chosen = page.getByRole('navigation', { name: 'Deployment' }).getByRole('link', { name: 'History' });
    await chosen.waitFor();
    await page.setViewportSize(narrow);
    await settled(page);
    const { left, right } = await chosen.evaluate((tab) => tab.getBoundingClientRect());
    assert.ok(left >= 0 && right <= narrow.width, `from ${left} to ${right}`);
  });
});

describe('every page, with ordinary names', () => {
  let world, page;
  before(async () => {
    world = await openWorld();
    const { api } = world.program;
    await world.program.waitForPhase('iris-private');
    await api('PATCH', '/deployments/iris-private', { modelImage: 'demo/iris:2.0', updateMessage: 'two' }, { 'If-Match': '*' });
    await api('POST', '/deployments', {
      id: 'broken', name: 'Broken', group: 'demo', modelImage: 'demo/iris:1.0', instanceType: 'demo-small', replicas: 1, progressDeadline: 3, serving: { exampleRequest: { nonsense: true } },
    });
    await world.program.waitForPhase('broken', 'Failed');
    ({ page } = await world.signedIn());
  });
  after(() => world.close());

  const places = [
    '/deployments', '/deployments/iris', '/deployments/broken', '/deployments/iris-private/history', '/deployments/iris-private/history?from=1&to=2',
    '/deployments/iris-private/history?revision=1', '/deployments/iris-private/clients', '/deployments/iris-private/monitor', '/create', '/deployments/broken/update',
    '/groups', '/groups/demo', '/instance-types', '/images', '/pull-secrets', '/users', '/users/admin', '/tokens', '/audit', '/gateway',
  ];
  for (const place of places) {
    it(`${place} breaks no word at any width`, async () => {
      await page.goto(world.url + place);
      await page.locator('.page-head').waitFor();
      await page.waitForFunction(() => !document.querySelector('.skeleton'));
      for (const width of [wide.width, 1024, 768, 480, narrow.width]) {
        await page.setViewportSize({ width, height: 800 });
        await world.assertWordsWhole(page);
      }
    });
  }

  it('the list as a table breaks no word at any width', async () => {
    await page.setViewportSize(wide);
    await page.goto(world.url + '/deployments');
    await page.getByRole('button', { name: 'Table' }).click();
    for (const width of [wide.width, 1024, 768, 480, narrow.width]) {
      await page.setViewportSize({ width, height: 800 });
      await world.assertWordsWhole(page);
    }
  });

  it('a token that is shown once has a button to copy it that is whole', async () => {
    await page.goto(world.url + '/deployments/iris-private/clients');
    await page.getByLabel('Client Name').fill('narrow');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    for (const width of [narrow.width, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await world.assertWordsWhole(page);
      await world.picture(page, `client-token-${width}`, { fullPage: false });
      const button = await page.getByRole('button', { name: /client token$/ }).first().boundingBox();
      assert.ok(button.height < 44, `${button.width} x ${button.height} at ${width}`);
    }
  });
});
