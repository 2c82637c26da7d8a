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
    assert.equal(await page.getByRole('button', { name: 'Send' }).isDisabled(), true);
    await page.goto(world.url + '/deployments/iris/update');
    await page.getByText('You are signed in with a token that may look only.').waitFor();
    await page.goto(world.url + '/deployments/iris');
    await page.getByText('Deployment ID').waitFor();
    for (const name of ['Stop', 'Delete', 'Rollback', 'Restart', 'Update']) assert.equal(await page.getByRole('button', { name, exact: true }).or(page.getByRole('link', { name, exact: true })).count(), 0);
  });

  it('with an administrator’s token for some groups, and of the rest nothing is offered that would be refused', async () => {
    const { api } = world.program;
    await api('POST', '/groups', { name: 'research', enabledDeployment: true });
    await api('POST', '/groups', { name: 'others', enabledDeployment: true });
    const { token } = await api('POST', '/tokens', { name: 'of research', groups: ['research'] });
    const { page } = await world.signedIn({ login: { token } });
    const offers = (...names) => Promise.all(names.map(async (name) => [String(name), await page.getByRole('button', { name }).or(page.getByRole('link', { name })).count()]));
    await page.goto(world.url + '/groups');
    await page.getByRole('link', { name: 'research' }).waitFor();
    assert.deepEqual(await offers('others', 'New group', 'Users', 'Audit', 'Gateway'), [['others', 0], ['New group', 0], ['Users', 0], ['Audit', 0], ['Gateway', 0]]);
    await page.getByRole('link', { name: 'research' }).click();
    await page.getByRole('button', { name: 'Edit' }).waitFor();
    assert.deepEqual(await offers('Delete'), [['Delete', 0]]);
    assert.equal(await page.getByRole('switch').count(), 0);
    await page.goto(world.url + '/users/admin');
    await page.getByRole('heading', { name: /^User: / }).waitFor();
    assert.deepEqual(await offers('Edit', /password$/, 'New API token', 'Audit'), [['Edit', 0], ['/password$/', 0], ['New API token', 0], ['Audit', 0]]);
    await page.goto(world.url + '/tokens');
    await page.getByRole('row', { name: /of research/ }).waitFor();
    assert.deepEqual(await offers('New API token', /^Delete/), [['New API token', 0], ['/^Delete/', 0]]);
    for (const path of ['/instance-types', '/pull-secrets']) {
      await page.goto(world.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      assert.deepEqual(await offers('New instance type', /rotate/i), [['New instance type', 0], ['/rotate/i', 0]]);
    }
    await page.getByRole('button', { name: 'Account: ' }).click();
    await page.getByText('by a token for research').waitFor();
  });

  it('again over a form that is being filled in, and nothing of it is lost', async () => {
    const login = { name: 'ann', password: 'correct horse battery' };
    const { page } = await world.signedIn({ login });
    const signIn = async (secret) => {
      await page.getByRole('dialog', { name: 'Sign in again' }).getByLabel('Password').fill(secret);
      await page.keyboard.press('Enter');
    };
    await page.goto(world.url + '/create');
    await page.getByLabel('Deployment Name').fill('A long form');
    await page.getByLabel('Description').fill('many words');
    await world.program.api('PATCH', '/users/ann', { disabled: true });
    await page.getByRole('dialog', { name: 'Sign in again' }).waitFor();
    await world.picture(page, 'sign-in-again', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await world.program.api('PATCH', '/users/ann', { disabled: false });
    await signIn('not this one');
    await page.getByText('Not signed in').waitFor();
    await signIn(login.password);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('.live-live').waitFor();
    assert.equal(await page.getByLabel('Deployment Name').inputValue(), 'A long form');
    assert.equal(await page.getByLabel('Description').inputValue(), 'many words');

    // Another person gets the page, and nothing of what stood in it.
    await world.program.api('PATCH', '/users/ann', { disabled: true });
    await page.getByRole('dialog', { name: 'Sign in again' }).getByRole('button', { name: 'API token' }).click();
    await page.getByRole('dialog').getByLabel('API token', { exact: false }).last().fill(world.program.token);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('.live-live').waitFor();
    await world.program.api('PATCH', '/users/ann', { disabled: false });
    assert.equal(await page.getByLabel('Deployment Name').inputValue(), '');
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
