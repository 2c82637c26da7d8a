import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWorld } from './support/harness.mjs';

describe('sign in', () => {
  let world;
  before(async () => {
    world = await openWorld();
    await world.program.api('POST', '/users', { name: 'ann', displayName: 'Ann', password: 'correct horse battery' });
  });
  after(() => world.close());

  it('by name and password, to the page that was asked for, and out again', async () => {
    const { page } = await world.newPage();
    await page.goto(world.url + '/tokens');
    await page.getByLabel('Name', { exact: false }).first().fill('ann');
    await page.getByLabel('Password').fill('wrong');
    await world.picture(page, 'sign-in');
    assert.deepEqual(await world.axe(page), []);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Not signed in').waitFor();
    assert.deepEqual(await world.axe(page), []);
    await page.getByLabel('Password').fill('correct horse battery');
    await page.keyboard.press('Enter');
    await page.getByText('Live', { exact: true }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/tokens');
    await page.getByRole('button', { name: 'Account: ann' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  it('again where the session was ended elsewhere, and back to the same page', async () => {
    const login = { name: 'ann', password: 'correct horse battery' };
    const { page } = await world.signedIn({ login });
    await page.goto(world.url + '/images');
    await page.locator('.live-live').waitFor();
    await world.program.api('PATCH', '/users/ann', { disabled: true });
    await page.getByRole('heading', { name: 'Sign in to modelgate' }).waitFor();
    await world.program.api('PATCH', '/users/ann', { disabled: false });
    await page.getByLabel('Name', { exact: false }).first().fill(login.name);
    await page.getByLabel('Password').fill(login.password);
    await page.keyboard.press('Enter');
    await page.locator('.live-live').waitFor();
    assert.equal(new URL(page.url()).pathname, '/images');
  });

  it('with a token that may look only, and nothing that would be refused is offered', async () => {
    const { token } = await world.program.api('POST', '/tokens', { name: 'looks', readOnly: true });
    const { page } = await world.signedIn({ login: { token } });
    await page.locator('.deployment-card').first().waitFor();
    for (const name of ['Create Deployment', /^Stop/]) assert.equal(await page.getByRole('button', { name }).or(page.getByRole('link', { name })).count(), 0);
    await page.goto(world.url + '/deployments/iris');
    await page.getByText('Deployment ID').waitFor();
    for (const name of ['Stop', 'Delete', 'Rollback', 'Restart', 'Update']) assert.equal(await page.getByRole('button', { name, exact: true }).or(page.getByRole('link', { name, exact: true })).count(), 0);
  });

  it('to no more than the groups allow', async () => {
    const { page } = await world.signedIn({ login: { name: 'ann', password: 'correct horse battery' } });
    await page.goto(world.url + '/deployments/iris');
    await page.getByText('The deployment may be removed or not authorized.').waitFor();
    await world.program.api('PATCH', '/groups/demo', { members: ['ann'] });
    await page.getByText('Deployment ID').waitFor();
    await world.program.api('PATCH', '/groups/demo', { members: [] });
    await page.getByText('The deployment may be removed or not authorized.').waitFor();
  });

  it('by API token', async () => {
    const { page } = await world.newPage();
    await page.goto(world.url + '/');
    await page.getByRole('button', { name: 'API token' }).click();
    await page.getByLabel('API token', { exact: false }).last().fill(world.program.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/deployments');
  });
});
