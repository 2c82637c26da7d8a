import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld, wide } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';

const password = 'correct horse battery';

describe('users and API tokens', () => {
  let world, page, api;
  before(async () => {
    world = await openWorld();
    api = world.program.api;
    ({ page } = await world.signedIn());
  });
  after(() => world.close());
  const dialog = (of = page) => of.getByRole('dialog');
  const mayLogIn = async (name, secret) => (await fetch(`http://${world.program.ports.control}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name, password: secret }) })).status;

  it('makes a user, with the errors at its fields', async () => {
    await page.goto(world.url + '/users');
    await page.getByRole('button', { name: 'New user' }).click();
    await dialog().getByLabel('Name').first().fill('Ann Smith');
    await dialog().getByLabel('Password').fill('short');
    await dialog().getByRole('button', { name: 'Create user' }).click();
    await dialog().getByText('must be 1 to 128 lower-case letters').waitFor();
    await dialog().getByText('must have at least 8 characters').waitFor();
    await world.picture(page, 'user-form', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await dialog().getByLabel('Name').first().fill('ann');
    await dialog().getByLabel('Display name').fill('Ann');
    await dialog().getByLabel('Password').fill(password);
    await dialog().getByRole('button', { name: 'Create user' }).click();
    await page.waitForURL('**/users/ann');
    await page.getByRole('heading', { name: 'User: Ann' }).waitFor();
    assert.equal(await mayLogIn('ann', password), 201);
  });

  it('changes role and password, disables and enables', async () => {
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog().getByLabel('Display name').fill('Ann Smith');
    await dialog().getByLabel('Disabled').check();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('Disabled', { exact: true }).waitFor();
    assert.notEqual(await mayLogIn('ann', password), 201);
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog().getByLabel('Disabled').uncheck();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('Enabled', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Change password' }).click();
    assert.equal(await dialog().getByLabel('Old password').count(), 0);
    await dialog().getByLabel('New password').fill(password + ' staple');
    await dialog().getByRole('button', { name: 'Set password' }).click();
    await page.getByText('The password has been set.').waitFor();
    assert.equal(await mayLogIn('ann', password + ' staple'), 201);
  });

  it('shows a token once, and only until it was said to be kept', async () => {
    await page.getByRole('link', { name: 'API tokens' }).click();
    await page.getByRole('button', { name: 'New API token' }).click();
    await dialog().getByRole('button', { name: 'Create token' }).click();
    await dialog().getByText('is required: what the token is for').waitFor();
    await dialog().getByLabel('What it is for').fill('notebook of Ann');
    await dialog().getByLabel('User').selectOption('ann');
    await dialog().getByLabel('Expires after').selectOption('30 days');
    await dialog().getByLabel('Look only').check();
    await dialog().getByLabel('For some groups only').check();
    await world.picture(page, 'token-form', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await dialog().getByLabel('For some groups only').uncheck();
    await dialog().getByRole('button', { name: 'Create token' }).click();
    const secret = (await dialog().getByRole('region', { name: 'API token', exact: true }).innerText()).trim();
    assert.match(secret, /^mga_/);
    await world.picture(page, 'token-once', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await dialog().getByRole('button', { name: 'Copy: API token' }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
    for (let each = 0; each < 3; ++each) await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.evaluate(() => history.back());
    await page.getByRole('dialog', { name: 'Leave without the secret?' }).getByRole('button', { name: 'Stay' }).click();
    assert.equal(await dialog().count(), 1);
    const done = dialog().getByRole('button', { name: 'Done' });
    assert.equal(await done.getAttribute('aria-disabled'), 'true');
    await dialog().getByLabel('I have saved it').check();
    await done.click();
    await page.getByRole('row', { name: /notebook of Ann.*ann.*look only.*Active/ }).waitFor();
    assert.ok(!(await page.content()).includes(secret));
    const mine = await api('GET', '/me', undefined, { token: secret });
    assert.deepEqual([mine.name, mine.readOnly], ['ann', true]);
    await world.assertFits(page);
    await world.picture(page, 'tokens');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(narrow);
    await world.assertFits(page);
    await world.picture(page, 'tokens-narrow');
    await page.setViewportSize(wide);

    const { page: reads } = await world.signedIn({ login: { token: secret } });
    await reads.goto(world.url + '/tokens');
    await reads.getByRole('row', { name: /notebook of Ann/ }).waitFor();
    for (const name of [/^New/, /^Delete/]) assert.equal(await reads.getByRole('button', { name }).count(), 0);

    await page.getByRole('button', { name: 'Delete token notebook of Ann' }).click();
    await dialog().getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The API token has been deleted.').waitFor();
    await assert.rejects(api('GET', '/me', undefined, { token: secret }), /401/);
  });

  it('lets people manage themselves, and nobody else', async () => {
    const { page: anns } = await world.signedIn({ login: { name: 'ann', password: password + ' staple' } });
    await anns.goto(world.url + '/users');
    await anns.getByText('Users are managed by platform administrators.').waitFor();
    assert.equal(await anns.getByRole('link', { name: 'Users' }).count(), 0);
    await anns.goto(world.url + '/users/admin');
    await anns.getByText('User not found').waitFor();
    await anns.goto(world.url + '/tokens');
    await anns.getByText('There is no API token').waitFor();
    await anns.getByRole('button', { name: 'Account: ' }).click();
    await anns.getByRole('group', { name: 'Account' }).getByRole('link', { name: 'Your account' }).click();
    await anns.getByRole('group', { name: 'Account' }).waitFor({ state: 'detached' });
    await anns.getByRole('heading', { name: 'User: Ann Smith' }).waitFor();
    for (const name of ['Delete', 'Remove password']) assert.equal(await anns.getByRole('button', { name }).count(), 0);
    await anns.getByRole('button', { name: 'Change password' }).click();
    await dialog(anns).getByLabel('Old password').fill('not the old one');
    await dialog(anns).getByLabel('New password').fill(password);
    await dialog(anns).getByRole('button', { name: 'Set password' }).click();
    await dialog(anns).locator('.field-error, .alert-error').first().waitFor();
    await world.picture(anns, 'password-form', { fullPage: false });
    await dialog(anns).getByLabel('Old password').fill(password + ' staple');
    await dialog(anns).getByRole('button', { name: 'Set password' }).click();
    await anns.getByText('The password has been set.').waitFor();
    await anns.getByRole('button', { name: 'Edit' }).click();
    assert.equal(await dialog(anns).getByLabel('Role').count(), 0);
    await dialog(anns).getByLabel('Display name').fill('Ann of Research');
    await dialog(anns).getByRole('button', { name: 'Save' }).click();
    await anns.getByRole('heading', { name: 'User: Ann of Research' }).waitFor();
  });

  it('searches, says what cannot be done, and deletes', async () => {
    await api('POST', '/users', { name: 'a.very.long.name.of.somebody.who.came.from.a.directory@example.com', role: 'admin', disabled: true });
    await page.goto(world.url + '/users');
    await page.getByRole('row', { name: /a\.very\.long.*Platform administrator.*Disabled/ }).waitFor();
    await world.assertFits(page);
    await world.picture(page, 'users');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(narrow);
    await world.assertFits(page);
    await world.picture(page, 'users-narrow');
    await page.setViewportSize(wide);
    await page.keyboard.press('/');
    await page.keyboard.type('of research');
    await waitUntil(async () => (await page.getByRole('row').count()) === 2, 'found by display name');
    await page.getByRole('link', { name: 'ann', exact: true }).click();
    await page.getByRole('heading', { name: 'User: Ann of Research' }).waitFor();
    await world.assertFits(page);
    await world.picture(page, 'user');
    assert.deepEqual(await world.axe(page), []);
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog().getByRole('textbox').fill('ann');
    await dialog().getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The user has been deleted.').waitFor();
    await page.goto(world.url + '/users/admin');
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog().getByLabel('Role').selectOption('member');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().getByText('nobody could administer any more').waitFor();
  });
});
