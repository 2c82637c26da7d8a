import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';

const names = (page) => page.locator('.deployment-card h2').allInnerTexts();

describe('list of deployments', () => {
  let world, page;
  before(async () => {
    world = await openWorld();
    const { api } = world.program;
    await api('POST', '/groups', { name: 'research', displayName: 'Research', enabledDeployment: true });
    const draft = { modelImage: 'demo/iris:1.0', instanceType: 'demo-small', group: 'research', stop: true };
    await api('POST', '/users', { name: 'ann', password: 'correct horse battery' });
    const { token } = await api('POST', '/tokens', { name: 't', user: 'ann' });
    await api('PATCH', '/groups/research', { members: ['ann'] });
    for (let each = 1; each <= 12; ++each) {
      const metadata = each === 1 ? { team: 'price', 'owner/with/a/long/key': 'somebody with a rather long value' } : {};
      const name = each === 2 ? 'A deployment whose name is long enough to be cut off at the end' : `House ${each}`;
      await api('POST', '/deployments', { ...draft, id: `house-${each}`, name, metadata }, { token });
    }
    const broken = { exampleRequest: { nonsense: true } };
    await api('POST', '/deployments', { ...draft, id: 'broken', name: 'Broken', stop: false, replicas: 1, progressDeadline: 3, serving: broken });
    await world.program.waitForPhase('iris');
    ({ page } = await world.signedIn());
  });
  after(() => world.close());

  it('shows what there is, and each change as it happens', async () => {
    await page.getByRole('heading', { name: 'Model Deployments' }).waitFor();
    await page.getByRole('button', { name: 'All 15' }).waitFor();
    await page.getByRole('button', { name: /^Failed 1/ }).waitFor();
    await world.program.api('POST', '/deployments/house-12/start', {});
    await page.getByRole('button', { name: /^Deployed 3/ }).waitFor();
    assert.equal((await names(page))[0], 'House 12');
    await world.program.api('POST', '/deployments/house-12/stop', {});
  });

  it('has everything told anew', async () => {
    const again = page.waitForRequest((request) => request.url().endsWith('/api/v1/events'));
    await page.getByRole('button', { name: 'Refresh' }).click();
    await again;
    await page.locator('.live-live').waitFor();
    await page.getByRole('button', { name: 'All 15' }).waitFor();
  });

  it('pages, filters and searches, and the address says so', async () => {
    assert.equal((await names(page)).length, 12);
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('Page 2 of 2').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('team=price');
    await waitUntil(async () => (await names(page)).join() === 'House 1', 'found by metadata');
    assert.equal(new URL(page.url()).search, '?search=team%3Dprice');
    await page.reload();
    await waitUntil(async () => (await names(page)).join() === 'House 1', 'the same after a reload');
    assert.equal(await page.getByRole('searchbox').inputValue(), 'team=price');
    await page.getByRole('searchbox').fill('no such thing');
    await page.getByText('No deployment matches').waitFor();
    await world.picture(page, 'list-no-match');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('button', { name: 'Group' }).click();
    await page.getByLabel('Demo', { exact: true }).check();
    await page.getByRole('button', { name: 'All 2' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Group: Demo/ }).waitFor();
    await page.goto(world.url + '/deployments?mine=1&status=Failed');
    await waitUntil(async () => (await names(page)).join() === 'Broken', 'mine that failed');
    await page.goto(world.url + '/deployments');
  });

  it('copies an endpoint and shows metadata by keyboard', async () => {
    await page.getByRole('searchbox').fill('house-1');
    const card = page.locator('.deployment-card', { hasText: 'House 1' }).last();
    assert.match(await card.getByRole('button', { name: /^Copy endpoint/ }).innerText(), /^…\/house-1\//);
    await card.getByRole('button', { name: /^Copy endpoint/ }).click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\/deployment\/house-1\/api\/v1.0\/predictions$/);
    await card.getByRole('button', { name: 'View metadata of House 1' }).focus();
    await page.mouse.move(0, 0);
    await page.keyboard.press('Enter');
    await page.getByText('team:').waitFor();
    // Beside the one whose name is cut off.
    await page.getByRole('searchbox').fill('house-');
    await card.waitFor();
    await page.locator('.deployment-card', { hasText: 'House 1' }).last().getByRole('button', { name: 'View metadata of House 1' }).click();
    await page.getByText('team:').waitFor();
    await world.assertFits(page);
    await world.picture(page, 'list-metadata');
    assert.deepEqual(await world.axe(page), []);
    await page.keyboard.press('Escape');
    await page.getByText('team:').waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('');
  });

  it('starts and stops from the card, and leads to the deployment', async () => {
    await page.getByRole('searchbox').fill('broken');
    await page.getByRole('button', { name: 'Stop Broken' }).click();
    await page.getByRole('dialog').getByText('Do you want to stop "Broken"?').waitFor();
    await page.getByRole('button', { name: 'Yes' }).click();
    await page.getByText('The model deployment has been stopped.').waitFor();
    await page.getByRole('button', { name: /^Stopped 1/ }).waitFor();
    await page.locator('.deployment-card').getByText('Group', { exact: true }).click();
    await page.waitForURL('**/deployments/broken');
    await page.goBack();
    await page.getByRole('searchbox').fill('');
    await world.program.api('POST', '/deployments/broken/start', {});
    await page.getByRole('button', { name: /^Failed 1/ }).waitFor();
  });

  it('looks right', async () => {
    const predict = async () => {
      const answer = await fetch(`http://${world.program.ports.prediction}/deployment/iris/api/v1.0/predictions`, { method: 'POST', body: '{"data": {"ndarray": [[1, 2, 3, 4]]}}' });
      await answer.arrayBuffer();
    };
    await page.goto(world.url + '/deployments?sort=status');
    const traffic = page.locator('.deployment-card', { has: page.getByRole('heading', { name: 'Iris', exact: true }) }).locator('.sparkline');
    // Charts have steps of ten seconds, and the list asks for them every twenty.
    await waitUntil(async () => !(await predict()) && (await traffic.count()) > 0 && !/^0\/s$/.test((await traffic.innerText()).trim()), 'the requests in the picture');
    await world.picture(page, 'list');
    assert.deepEqual(await world.axe(page), []);
    await page.getByRole('button', { name: 'Table' }).click();
    await world.picture(page, 'list-table');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(narrow);
    await world.assertFits(page);
    await world.picture(page, 'list-table-narrow', { fullPage: false });
    await page.getByRole('button', { name: 'Cards' }).click();
    await world.assertFits(page);
    await world.picture(page, 'list-narrow', { fullPage: false });
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Model images' }).waitFor();
    await world.picture(page, 'menu-narrow', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
  });

  it('shows what there is where no stream is to be had', async () => {
    const { page: other } = await world.newPage();
    await other.route('**/api/v1/events', (route) => route.fulfill({ status: 429, headers: { 'Retry-After': '1' }, json: { status: 429, code: 'TOO_MANY_LISTENERS' } }));
    await other.context().request.post(world.url + '/api/v1/session', { data: { token: world.program.token }, headers: { Origin: world.url } });
    await other.goto(world.url + '/deployments');
    await other.getByRole('button', { name: 'All 15' }).waitFor();
    await other.getByText('Not live').waitFor();
  });

  it('has nothing to show a person in no group', async () => {
    await world.program.api('POST', '/users', { name: 'eve', password: 'correct horse battery' });
    const { page: hers } = await world.signedIn({ login: { name: 'eve', password: 'correct horse battery' } });
    await hers.getByText('No group is configured for you to launch a server. Please contact admin.').waitFor();
    assert.equal(await hers.getByRole('link', { name: 'Create Deployment' }).count(), 0);
    assert.equal(await hers.locator('.deployment-card').count(), 0);
    await world.picture(hers, 'list-empty');
    assert.deepEqual(await world.axe(hers), []);
  });

  it('says when the stream is cut, and catches up', async () => {
    const { page: other } = await world.signedIn();
    await other.getByRole('button', { name: 'All 15' }).waitFor();
    world.gate.cut();
    await other.getByText('The connection was lost, reconnecting…').waitFor();
    await world.picture(other, 'reconnecting', { fullPage: false });
    await other.getByText('The connection to the program is lost; trying again.').waitFor();
    await world.program.api('DELETE', '/deployments/house-3', undefined, { 'If-Match': '*' });
    world.gate.restore();
    // It may have come back by itself as the button was about to be pressed: then there is none any more.
    await Promise.any([other.getByRole('button', { name: 'Try now' }).click(), other.getByText('Live', { exact: true }).waitFor()]);
    await other.getByRole('button', { name: 'All 14' }).waitFor();
    await other.getByText('Live', { exact: true }).waitFor();
    assert.equal(await other.getByRole('button', { name: 'Try now' }).count(), 0);
  });
});
