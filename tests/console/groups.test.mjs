import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld, wide } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';

const password = 'correct horse battery';

describe('groups and instance types', () => {
  let world, page, api;
  before(async () => {
    world = await openWorld();
    api = world.program.api;
    for (const name of ['ann', 'bob']) await api('POST', '/users', { name, password });
    await world.program.waitForPhase('iris');
    ({ page } = await world.signedIn());
  });
  after(() => world.close());
  const dialog = () => page.getByRole('dialog');
  const addTo = async (label, ...names) => {
    for (const name of names) {
      await dialog().getByLabel(label, { exact: true }).fill(name);
      await page.keyboard.press('Enter');
    }
  };

  it('makes a group, with the errors at its fields', async () => {
    await page.goto(world.url + '/groups');
    await page.getByRole('button', { name: 'New group' }).click();
    await dialog().getByLabel('Name', { exact: false }).first().fill('not a name');
    await dialog().getByLabel('CPU (cores)').fill('many');
    await dialog().getByRole('button', { name: 'Create group' }).click();
    await dialog().getByText('must be a number').waitFor();
    await waitUntil(() => dialog().getByLabel('CPU (cores)').evaluate((input) => input === document.activeElement), 'the wrong field has the focus');
    await dialog().getByLabel('CPU (cores)').fill('4');
    await dialog().getByLabel('Maximum Deployment(s)').fill('5');
    await addTo('Members', 'nobody');
    await dialog().getByRole('button', { name: 'Create group' }).click();
    await dialog().getByText('must be 1 to 63 letters').waitFor();
    await dialog().getByText('there is no user "nobody"').waitFor();
    const tooLong = await page.getByRole('dialog').locator('.two .field').evaluateAll((fields) =>
      fields.filter((field) => {
        const label = document.createRange();
        label.selectNodeContents(field.querySelector('label'));
        return label.getBoundingClientRect().right > field.getBoundingClientRect().right + 0.5;
      }).map((field) => field.textContent));
    assert.deepEqual(tooLong, [], 'labels that end beyond their fields');
    await world.picture(page, 'group-form', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await dialog().getByRole('button', { name: 'Remove member nobody' }).click();
    await dialog().getByLabel('Name', { exact: false }).first().fill('research');
    await dialog().getByLabel('Display name').fill('Research');
    await addTo('Group administrators', 'ann');
    await addTo('Members', 'bob');
    await dialog().getByLabel('Requests a second').fill('50');
    await dialog().getByRole('button', { name: 'Create group' }).click();
    await page.waitForURL('**/groups/research');
    const made = await api('GET', '/groups/research');
    assert.deepEqual([made.enabledDeployment, made.maxDeploy, made.quota, made.admins, made.members], [true, 5, { cpu: 4, memoryGiB: null, gpu: null }, ['ann'], ['bob']]);
    assert.equal(made.limits.requestsPerSecond, 50);
  });

  it('shows what holds the quota, as it happens', async () => {
    await page.getByText('Nothing is held').waitFor();
    const draft = { modelImage: 'demo/iris:1.0', instanceType: 'demo-small', group: 'research' };
    await api('POST', '/deployments', { ...draft, id: 'house', name: 'House', replicas: 2 });
    await api('POST', '/deployments', { ...draft, id: 'asleep', name: 'Asleep', stop: true });
    await world.program.waitForPhase('house');
    await page.getByRole('row', { name: /House.*Deployed.*0\.5.*0\.5 GiB/ }).waitFor();
    assert.equal(await page.getByRole('row', { name: /Asleep/ }).count(), 0);
    await page.getByRole('meter', { name: 'CPU' }).waitFor();
    await waitUntil(async () => (await page.getByRole('meter', { name: 'CPU' }).getAttribute('aria-valuetext')) === '0.5 used, 0 more, of 4', 'CPU used');
    await world.assertFits(page);
    await world.picture(page, 'group');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(narrow);
    await world.assertFits(page);
    await world.picture(page, 'group-narrow');
    await page.setViewportSize(wide);
  });

  it('disables and enables deployment, after it was asked for', async () => {
    const box = page.getByRole('switch', { name: 'Model Deployment' });
    await box.click();
    await dialog().getByText('house').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await waitUntil(() => box.isChecked(), 'as it was');
    await box.click();
    await dialog().getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled', { exact: true }).waitFor();
    assert.equal((await api('GET', '/groups/research')).enabledDeployment, false);
    await box.click();
    await page.getByText('Enabled', { exact: true }).waitFor();
  });

  it('lets the administrators of a group change its people only, and members nothing', async () => {
    const { page: anns } = await world.signedIn({ login: { name: 'ann', password } });
    await anns.goto(world.url + '/groups');
    assert.equal(await anns.getByRole('button', { name: 'New group' }).count(), 0);
    assert.equal(await anns.getByRole('link', { name: 'Demo' }).count(), 0);
    await anns.getByRole('link', { name: 'Research' }).click();
    await anns.getByRole('button', { name: 'Edit' }).click();
    assert.equal(await anns.getByRole('dialog').getByLabel('CPU (cores)').count(), 0);
    await anns.getByRole('dialog').getByLabel('Display name').fill('Research and more');
    await anns.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await anns.getByRole('heading', { name: 'Group: Research and more' }).waitFor();
    assert.equal(await anns.getByRole('switch').count(), 0);
    assert.equal(await anns.getByRole('button', { name: 'Delete' }).count(), 0);
    await anns.goto(world.url + '/groups/demo');
    await anns.getByText('Group demo is not found or not authorized.').waitFor();
    const { page: bobs } = await world.signedIn({ login: { name: 'bob', password } });
    await bobs.goto(world.url + '/groups/research');
    await bobs.getByRole('heading', { name: 'Group: Research and more' }).waitFor();
    for (const name of ['Edit', 'Delete']) assert.equal(await bobs.getByRole('button', { name }).count(), 0);
    await bobs.goto(world.url + '/instance-types');
    await bobs.getByText('Small', { exact: true }).waitFor();
    assert.equal(await bobs.getByRole('button', { name: /New|Edit|Delete/ }).count(), 0);
    await world.assertFits(bobs);
    await world.picture(bobs, 'instance-types-member');
  });

  it('makes, changes and deletes instance types', async () => {
    await page.goto(world.url + '/instance-types');
    await page.getByRole('button', { name: 'New instance type' }).click();
    await dialog().getByLabel('Name').first().fill('cpu-2');
    await dialog().getByLabel('CPU (cores)').fill('0');
    await dialog().getByRole('button', { name: 'Create instance type' }).click();
    await dialog().getByText('is required').waitFor();
    await dialog().getByLabel('Memory (GiB)').fill('1.5');
    await dialog().getByRole('button', { name: 'Create instance type' }).click();
    await dialog().getByText('must be greater than zero').waitFor();
    await dialog().getByLabel('CPU (cores)').fill('2');
    await dialog().getByLabel('For every group').uncheck();
    await addTo('Groups', 'research');
    await world.picture(page, 'instance-type-form', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await dialog().getByRole('button', { name: 'Create instance type' }).click();
    await page.getByRole('row', { name: /cpu-2.*2.*1\.5 GiB.*research/ }).waitFor();
    await page.getByRole('button', { name: 'Edit cpu-2' }).click();
    await dialog().getByLabel('Display name').fill('Two cores');
    await dialog().getByLabel('Description').fill('For models that need more than one thread, such as gradient boosted trees over wide tables');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /Two cores/ }).waitFor();
    await world.assertFits(page);
    await world.picture(page, 'instance-types');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(narrow);
    await world.assertFits(page);
    await world.picture(page, 'instance-types-narrow');
    await page.setViewportSize(wide);
    await page.getByRole('button', { name: 'Delete demo-small' }).click();
    await dialog().getByRole('button', { name: 'Delete' }).click();
    await dialog().getByText('the instance type is in use by').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Delete cpu-2' }).click();
    await dialog().getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The instance type has been deleted.').waitFor();
    assert.equal(await page.getByRole('row', { name: /cpu-2/ }).count(), 0);
  });

  it('deletes a group with the deployments that were shown, once its name is typed', async () => {
    await page.goto(world.url + '/groups');
    await page.getByRole('link', { name: 'Research and more' }).waitFor();
    await world.assertFits(page);
    await world.picture(page, 'groups');
    assert.deepEqual(await world.axe(page), []);
    await page.getByRole('link', { name: 'Research and more' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog().getByText('asleep', { exact: true }).waitFor();
    await dialog().getByText('house', { exact: true }).waitFor();
    const yes = dialog().getByRole('button', { name: 'Delete' });
    assert.equal(await yes.getAttribute('aria-disabled'), 'true');
    await world.picture(page, 'group-delete', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await dialog().getByRole('textbox').fill('research');
    await yes.click();
    await page.getByText('The group has been deleted.').waitFor();
    await page.waitForURL('**/groups');
    await assert.rejects(api('GET', '/groups/research'), /404/);
    await page.getByRole('link', { name: 'Demo' }).waitFor();
    await page.setViewportSize(narrow);
    await world.assertFits(page);
    await world.picture(page, 'groups-narrow');
    await page.setViewportSize(wide);
  });
});
