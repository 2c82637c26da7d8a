import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { openWorld } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';

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
  const phase = (name) => page.locator('.summary .pill', { hasText: name }).waitFor();
  const found = async () => (await world.program.api('GET', '/deployments?search=by-keys')).items[0];
  const served = async (revision) => {
    await page.locator('.summary').getByText(`revision ${revision}`, { exact: true }).waitFor();
    await waitUntil(async () => (await found()).status.phase === 'Deployed', `revision ${revision} serves`);
    await phase('Deployed');
  };
  /// Presses what has the focus, and the button of the question that it asks.
  const answer = async (button) => {
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(button);
    await press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
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

  it('goes past header and menu at once', async () => {
    await page.goto(world.url + '/deployments');
    await page.locator('.live-live').waitFor();
    await press('Tab');
    assert.match(await focused(), /^Skip to content/);
    await press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    assert.equal(new URL(page.url()).hash, '');
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

  it('has single keys that can be switched off', async () => {
    await page.waitForURL('**/deployments');
    const change = async () => {
      await press('Control+k');
      await page.getByRole('dialog', { name: 'Go to' }).waitFor();
      await tabTo(/^Single keys/);
      await press('Space', 'Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await change();
    await press('g', 'i', '?', '/');
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.notEqual(await page.evaluate(() => document.activeElement.type), 'search');
    assert.equal(new URL(page.url()).pathname, '/deployments');
    await change();
    await press('g', 'i');
    await page.waitForURL('**/instance-types');
    await press('g', 'd');
    await page.waitForURL('**/deployments');
  });

  it('creates a deployment', async () => {
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
    await phase('Deployed');
    assert.equal((await found()).endpointAccessType, 'private');
  });

  it('adds a client, copies its curl, and finds its request in Monitor and log', async () => {
    await press('g', 'c');
    await page.getByLabel('Client Name').waitFor();
    await tabTo(/^Client Name/);
    await page.keyboard.type('app');
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(/^Copy: curl/);
    await press('Enter');
    await page.getByText('Copied!').first().waitFor();
    const curl = await page.evaluate(() => navigator.clipboard.readText());
    await tabTo(/^I have saved it/);
    await press('Space');
    await tabTo(/^Done$/);
    await press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const run = () => execFileSync('bash', ['-c', curl.replace('curl ', 'curl -sS --max-time 30 ')], { encoding: 'utf8' });
    assert.match(run(), /versicolor/);
    await tabTo(/^Monitor$/, 'Shift+Tab');
    await press('Enter');
    await page.waitForURL('**/monitor');
    await waitUntil(async () => run() && (await page.getByRole('row', { name: /^app / }).count()) > 0, 'the client in Monitor');
    await press('g', 'l');
    await page.waitForURL('**/logs');
    await page.getByText(/POST \/predict 200 user=app/).first().waitFor();
  });

  it('updates, rolls back, stops, starts and deletes it', async () => {
    await tabTo(/^Update$/);
    await press('Enter');
    await page.getByLabel('Model Image').waitFor();
    await tabTo(/^Model Image/);
    await page.keyboard.type('demo/iris:2.0');
    await tabTo(/^Confirm and Deploy$/);
    await press('Enter');
    await served(2);
    assert.equal((await found()).modelImage, 'demo/iris:2.0');
    await tabTo(/^Rollback$/);
    await press('Enter');
    await page.getByRole('dialog').getByText('demo/iris:1.0').waitFor();
    await tabTo(/^Rollback$/);
    await press('Enter');
    await served(3);
    assert.equal((await found()).modelImage, 'demo/iris:1.0');
    await tabTo(/^Stop$/);
    await answer(/^Yes$/);
    await phase('Stopped');
    await tabTo(/^Start$/);
    await answer(/^Yes$/);
    await phase('Deployed');
    await tabTo(/^Delete$/);
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('By keys');
    await press('Enter');
    await page.waitForURL('**/deployments');
    await page.getByText('The model deployment has been deleted.').waitFor();
  });
});
