import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld, wide } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';

const password = 'correct horse battery';

describe('model images and pull secrets', () => {
  let world, page, api;
  before(async () => {
    world = await openWorld();
    api = world.program.api;
    for (const name of ['ann', 'bob']) await api('POST', '/users', { name, password });
    await api('POST', '/groups', { name: 'research', displayName: 'Research', enabledDeployment: true, admins: ['ann'], members: ['bob'] });
    ({ page } = await world.signedIn());
  });
  after(() => world.close());
  const dialog = (of = page) => of.getByRole('dialog');

  it('shows the catalogue of images', async () => {
    await page.goto(world.url + '/images');
    await page.getByRole('heading', { name: 'demo/iris:2.0' }).waitFor();
    await page.getByText('Example request').first().click();
    await page.getByText('sepal_length').first().waitFor();
    await world.assertFits(page);
    await world.picture(page, 'images');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(narrow);
    await world.assertFits(page);
    await world.picture(page, 'images-narrow');
    await page.setViewportSize(wide);
    await page.getByRole('searchbox').fill('neighbours');
    await waitUntil(async () => (await page.locator('.image-card').count()) === 1, 'one is left');
    assert.equal(new URL(page.url()).search, '?search=neighbours');
    await page.getByRole('searchbox').fill('no such thing');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('heading', { name: 'demo/iris:1.0' }).waitFor();
  });

  it('makes a pull secret of a user and password, which is never shown again', async () => {
    await page.goto(world.url + '/pull-secrets');
    await page.getByText('There is no pull secret').waitFor();
    await world.assertFits(page);
    await world.picture(page, 'pull-secrets-empty');
    await page.getByRole('button', { name: 'New pull secret' }).first().click();
    await dialog().getByLabel('Name').fill('Not A Name');
    await dialog().getByRole('button', { name: 'Create pull secret' }).click();
    await dialog().getByText('must be lower-case letters').waitFor();
    await dialog().getByText('is required: where the images are').waitFor();
    await world.picture(page, 'pull-secret-form', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await dialog().getByLabel('Name').fill('ghcr');
    await dialog().getByLabel('Registry').fill('ghcr.io');
    await dialog().getByLabel('User').fill('robot');
    await dialog().getByLabel('Password or access token').fill('a-secret-of-the-registry');
    await dialog().getByRole('button', { name: 'Create pull secret' }).click();
    await page.getByRole('row', { name: /ghcr.*every group.*ghcr\.io.*robot/ }).waitFor();
    await page.getByRole('button', { name: 'Change credentials of ghcr' }).click();
    assert.equal(await dialog().getByLabel('Password or access token').inputValue(), '');
    await dialog().getByLabel('Password or access token').fill('another-secret');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('The pull secret has been changed.').waitFor();
    for (const secret of ['a-secret-of-the-registry', 'another-secret']) assert.ok(!(await page.content()).includes(secret));
  });

  it('makes one of a docker config, and says what is wrong with it', async () => {
    await page.getByRole('button', { name: 'New pull secret' }).click();
    await dialog().getByLabel('Name').fill('mirror');
    await dialog().getByLabel('Group').selectOption({ label: 'Research' });
    await dialog().getByRole('button', { name: 'Docker config JSON' }).click();
    await dialog().getByRole('textbox', { name: 'Docker config JSON' }).fill('nonsense');
    await dialog().getByRole('button', { name: 'Create pull secret' }).click();
    await dialog().getByText('must be a docker config').waitFor();
    await world.picture(page, 'pull-secret-docker', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await dialog().getByRole('textbox', { name: 'Docker config JSON' }).fill('{"auths": {"mirror.example.com": {"auth": "cm9ib3Q6eA=="}, "eu.mirror.example.com": {"auth": "cm9ib3Q6eA=="}}}');
    await dialog().getByRole('button', { name: 'Create pull secret' }).click();
    await page.getByRole('row', { name: /mirror.*Research.*mirror\.example\.com.*docker config/ }).waitFor();
    await world.assertFits(page);
    await world.picture(page, 'pull-secrets');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(narrow);
    await world.assertFits(page);
    await world.picture(page, 'pull-secrets-narrow');
    await page.setViewportSize(wide);
  });

  it('rotates the key', async () => {
    await page.getByRole('button', { name: 'Rotate key' }).click();
    await dialog().getByRole('button', { name: 'Rotate' }).click();
    await page.getByText('The key has been rotated: 2 pull secrets sealed anew.').waitFor();
  });

  it('lets the administrators of a group change its own, and members look', async () => {
    const { page: anns } = await world.signedIn({ login: { name: 'ann', password } });
    await anns.goto(world.url + '/pull-secrets');
    await anns.getByRole('row', { name: /ghcr/ }).waitFor();
    assert.equal(await anns.getByRole('button', { name: 'Rotate key' }).count(), 0);
    assert.equal(await anns.getByRole('button', { name: 'Delete ghcr' }).count(), 0);
    await anns.getByRole('button', { name: 'Delete mirror' }).click();
    await dialog(anns).getByRole('button', { name: 'Delete' }).click();
    await anns.getByText('The pull secret has been deleted.').waitFor();
    await anns.getByRole('button', { name: 'New pull secret' }).click();
    assert.equal(await dialog(anns).getByRole('option', { name: 'Every group' }).count(), 0);
    await anns.keyboard.press('Escape');
    const { page: bobs } = await world.signedIn({ login: { name: 'bob', password } });
    await bobs.goto(world.url + '/pull-secrets');
    await bobs.getByRole('row', { name: /ghcr/ }).waitFor();
    assert.equal(await bobs.getByRole('button', { name: /^(New|Delete|Change|Rotate)/ }).count(), 0);
  });

  it('says why one in use cannot be deleted', async () => {
    await api('POST', '/deployments', { id: 'user', name: 'User of it', group: 'research', modelImage: 'demo/iris:1.0', instanceType: 'demo-small', imagePullSecret: 'ghcr', stop: true });
    await page.goto(world.url + '/pull-secrets');
    await page.getByRole('link', { name: 'User of it' }).waitFor();
    await page.getByRole('button', { name: 'Delete ghcr' }).click();
    await dialog().getByRole('button', { name: 'Delete' }).click();
    await dialog().getByText('the pull secret is in use by user').waitFor();
  });
});
