import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld, wide } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';

describe('audit trail and gateway', () => {
  let world, page, api;
  before(async () => {
    world = await openWorld();
    api = world.program.api;
    await world.program.waitForPhase('iris');
    ({ page } = await world.signedIn());
  });
  after(() => world.close());
  const rows = async () => (await page.getByRole('row').count()) - 1;

  it('says by heading and title that a page is not there', async () => {
    for (const [path, title] of [['/nope', 'There is no such page'], ['/deployments/nope', 'Not Found'], ['/groups/nope', 'Group not found'], ['/users/nope', 'User not found']]) {
      await page.goto(world.url + path);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await waitUntil(async () => (await page.title()).startsWith(title), `the title of ${path}`);
    }
  });

  it('shows who changed what, and goes there', async () => {
    await api('POST', '/users', { name: 'ann', password: 'correct horse battery' });
    await api('POST', '/deployments/iris/restart', {});
    await assert.rejects(api('DELETE', '/groups/demo'));
    await page.goto(world.url + '/audit');
    await page.getByRole('row', { name: /admin.*DELETE groups\/demo.*Refused 409/ }).waitFor();
    await page.getByRole('row', { name: /admin.*POST deployments\/iris · restart.*Done 200/ }).waitFor();
    await world.assertFits(page);
    await world.picture(page, 'audit');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(narrow);
    await world.assertFits(page);
    await world.picture(page, 'audit-narrow', { fullPage: false });
    await page.setViewportSize(wide);
    await page.getByRole('link', { name: 'deployments/iris' }).first().click();
    await page.waitForURL('**/deployments/iris');
    await page.goBack();
  });

  it('filters, and the address says so', async () => {
    await page.getByLabel('Result').selectOption('Refused');
    await waitUntil(async () => (await rows()) === 1, 'the refused one');
    await page.getByLabel('Result').selectOption('Any');
    await page.getByLabel('Of and below').fill('deployments/iris');
    await page.getByRole('row', { name: /deployments\/iris/ }).waitFor();
    await waitUntil(async () => (await rows()) === (await page.getByRole('row', { name: /deployments\/iris/ }).count()), 'that deployment only');
    assert.equal(new URL(page.url()).search, '?resource=deployments%2Firis');
    await page.getByLabel('User').fill('nobody');
    await page.getByText('No event matches').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByLabel('From (UTC)').fill('2099-01-01T00:00');
    await page.keyboard.press('Tab');
    await page.getByText('No event matches').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('row', { name: /groups\/demo/ }).waitFor();
  });

  it('loads older ones page by page', async () => {
    for (let each = 0; each < 60; ++each) await api('PATCH', '/groups/demo', { displayName: `Demo ${each}` });
    await api('PATCH', '/groups/demo', { displayName: 'Demo' });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await waitUntil(async () => (await rows()) === 50, 'a page');
    await page.getByRole('button', { name: 'Load older' }).click();
    await waitUntil(async () => (await rows()) > 60, 'the rest');
    assert.equal(await page.getByRole('button', { name: 'Load older' }).count(), 0);
  });

  it('shows how the gateway is', async () => {
    await page.goto(world.url + '/gateway');
    await page.getByRole('row', { name: /prediction.*plain/ }).waitFor();
    await page.getByText(/live on \d+ workers?/).waitFor();
    await page.getByText('No listener speaks TLS.').waitFor();
    await page.getByText('modelgate.toml').waitFor();
    await world.assertFits(page);
    await world.picture(page, 'gateway');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(narrow);
    await world.assertFits(page);
    await world.picture(page, 'gateway-narrow');
    await page.setViewportSize(wide);
  });

  it('changes the log level', async () => {
    await page.getByLabel('Log level').selectOption('debug: everything');
    await page.getByText('at level debug until the config file is read again').waitFor();
    assert.equal((await api('GET', '/log-level')).level, 'debug');
    await page.getByLabel('Log level').selectOption('info');
    await waitUntil(async () => (await api('GET', '/log-level')).level === 'info', 'as before');
  });

  it('warns of certificates that end, of a refused config file and of workers that are behind', async () => {
    const days = (count) => new Date(Date.now() + count * 86_400_000).toISOString();
    await page.route('**/api/v1/gateway', async (route) => {
      const now = await (await route.fetch()).json();
      now.config = { ...now.config, lastReload: 'refused', mistakes: [{ where: 'conf/modelgate.toml:12:3', code: 'UNKNOWN_KEY', detail: 'there is no key "tiemouts"; did you mean "timeouts"?' }] };
      now.listeners[0].tls = true;
      now.certificates = [
        { port: 'prediction', file: '/etc/modelgate/tls/models.pem', name: 'models.example.com', expiresAt: days(60) },
        { port: 'prediction', file: '/etc/modelgate/tls/old.pem', name: 'old.example.com', expiresAt: days(5) },
        { port: 'control', file: '/etc/modelgate/tls/gone.pem', name: 'gone.example.com', expiresAt: days(-1) },
      ];
      now.generation = { published: 8, workers: [8, 7] };
      await route.fulfill({ json: now });
    });
    await page.reload();
    await page.getByRole('row', { name: /old\.example\.com.*expires soon/ }).waitFor();
    await page.getByRole('row', { name: /gone\.example\.com.*expired/ }).waitFor();
    await page.getByText('1 of 2 workers behind').waitFor();
    await page.getByText('did you mean "timeouts"?').waitFor();
    await world.assertFits(page);
    await world.picture(page, 'gateway-warnings');
    assert.deepEqual(await world.axe(page), []);
    await page.unrouteAll();
    await page.route('**/api/v1/gateway', (route) => route.fulfill({ status: 503, json: { title: 'Unavailable', detail: 'busy, try again' } }));
    await page.getByText('What is shown is from before.').waitFor();
    await page.unrouteAll();
  });

  it('is for administrators only', async () => {
    const { page: anns } = await world.signedIn({ login: { name: 'ann', password: 'correct horse battery' } });
    for (const place of ['/audit', '/gateway']) {
      await anns.goto(world.url + place);
      await anns.getByText('For platform administrators').waitFor();
    }
    for (const name of ['Audit', 'Gateway', 'Users']) assert.equal(await anns.getByRole('link', { name }).count(), 0);
  });
});
