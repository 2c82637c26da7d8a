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
