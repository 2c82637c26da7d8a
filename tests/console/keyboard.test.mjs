import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWorld } from './support/harness.mjs';

/// Everything here is done with keys alone.
describe('by keyboard', () => {
  let world, page;
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.textContent ?? '');
  /// Tab, until what is called so has the focus.
  const tabTo = async (name, key = 'Tab') => {
    for (let presses = 0; presses < 80; ++presses) {
      if (name.test(await focused())) return;
      await press(key);
    }
    assert.fail(`Tab does not lead to ${name}; the focus is on ${await focused()}`);
  };
  before(async () => {
    world = await openWorld();
    ({ page } = await world.newPage());
    await page.goto(world.url);
  });
  after(() => world.close());

  it('signs in', async () => {
    await page.getByLabel('Password').waitFor();
    await tabTo(/^Name/);
    await page.keyboard.type('admin');
    await tabTo(/^Password/);
    await page.keyboard.type(world.program.password);
    await press('Enter');
    await page.locator('.live-live').waitFor();
  });

  it('goes to a page by the palette, and by g and a letter', async () => {
    await press('Control+k');
    await page.getByRole('combobox', { name: 'Page or deployment' }).waitFor();
    await page.keyboard.type('pull');
    await page.getByRole('option', { name: 'Pull secrets' }).waitFor();
    await world.picture(page, 'palette', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await press('Enter');
    await page.waitForURL('**/pull-secrets');
    await press('g', 'd');
    await page.waitForURL('**/deployments');
    await press('Control+k');
    await page.keyboard.type('iris-private');
    await page.getByRole('option', { name: /Iris private/ }).waitFor();
    await press('Enter');
    await page.waitForURL('**/deployments/iris-private');
    await press('g', 'l');
    await page.waitForURL('**/deployments/iris-private/logs');
    await press('g', 'd');
  });

  it('creates, stops and deletes a deployment', async () => {
    await page.waitForURL('**/deployments');
    await tabTo(/^Create Deployment/);
    await press('Enter');
    await page.getByLabel('Deployment Name').waitFor();
    await tabTo(/^Deployment Name/);
    await page.keyboard.type('By keys');
    await tabTo(/^Model Image/);
    await page.keyboard.type('demo/iris:1.0');
    await tabTo(/^Private Access/);
    await press('Space');
    await tabTo(/^Deploy$/);
    await press('Enter');
    await page.waitForURL('**/deployments');
    await tabTo(/^Click here to view/, 'Shift+Tab');
    await press('Enter');
    await page.waitForURL('**/deployments/by-keys-*');
    await page.locator('dd strong', { hasText: 'Deployed' }).waitFor();
    assert.equal((await world.program.api('GET', '/deployments?search=by-keys')).items[0].endpointAccessType, 'private');
    await tabTo(/^Stop$/);
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(/^Yes$/);
    await press('Enter');
    await page.locator('dd strong', { hasText: 'Stopped' }).waitFor();
    await tabTo(/^Delete$/);
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('By keys');
    await press('Enter');
    await page.waitForURL('**/deployments');
    await page.getByText('The model deployment has been deleted.').waitFor();
  });
});
