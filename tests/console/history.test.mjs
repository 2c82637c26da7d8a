import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';

describe('history of a deployment', () => {
  let world, page, program;
  const row = (revision) => page.getByRole('row').filter({ has: page.getByRole('checkbox', { name: `Choose revision ${revision}`, exact: true }) });
  const change = (patch) => program.api('PATCH', '/deployments/story', patch, { 'If-Match': '*' });
  const open = (query = '') => page.goto(world.url + '/deployments/story/history' + query);
  const search = () => new URL(page.url()).search;

  before(async () => {
    world = await openWorld();
    program = world.program;
    await program.api('POST', '/groups', { name: 'research', displayName: 'Research', enabledDeployment: true });
    await program.api('PATCH', '/groups/research', { quota: { cpu: 1 } });
    await program.api('POST', '/deployments', {
      id: 'story', name: 'Story', group: 'research', modelImage: 'demo/iris:1.0', instanceType: 'demo-small', replicas: 1, updateMessage: 'first version',
      metadata: { team: 'ml' }, env: [{ name: 'SECRET', value: 'sesame' }, { name: 'LEVEL', value: '1' }],
    });
    await change({ modelImage: 'demo/iris:2.0', replicas: 2, env: [{ name: 'SECRET', value: 'open' }], updateMessage: 'better and faster' });
    await change({ description: 'Tells flowers apart.\n<b>All</b> of them.', serving: { timeout: 30 }, metadata: { team: null, owner: 'ann' } });
    ({ page } = await world.signedIn());
  });
  after(() => world.close());

  it('lists who changed what, and each new revision as it comes', async () => {
    await open();
    await row(3).waitFor();
    assert.match(await row(1).innerText(), /first version[^]*made with demo\/iris:1.0[^]*admin/);
    assert.match(await row(2).innerText(), /better and faster[^]*image demo\/iris:1.0 → demo\/iris:2.0[^]*replicas 1 → 2[^]*env −LEVEL ~SECRET/);
    assert.match(await row(3).innerText(), /metadata \+owner −team[^]*description[^]*serving: timeout/);
    await row(3).getByText('Present').waitFor();
    assert.match(await row(2).innerText(), /replaced after/);
    await program.api('POST', '/deployments/story/stop', {});
    await row(4).getByText('Deployment Stopped').waitFor();
    await row(4).getByText('stopped', { exact: true }).waitFor();
    await row(4).getByText('Present').waitFor();
    await world.picture(page, 'history');
    assert.deepEqual(await world.axe(page), []);
  });

  it('shows a revision whole, with its own address', async () => {
    await row(1).getByRole('button', { name: 'View revision 1' }).click();
    const dialog = page.getByRole('dialog', { name: 'Revision 1' });
    await dialog.getByText('Deployment Stopped').waitFor();
    assert.match(await dialog.innerText(), /demo\/iris:1\.0[^]*Small \(CPU: 0\.25[^]*public/);
    assert.equal(await dialog.getByText('sesame').count(), 0);
    await dialog.getByRole('button', { name: 'Show values' }).click();
    await dialog.getByText('sesame').waitFor();
    await world.picture(page, 'history-view');
    assert.deepEqual(await world.axe(page), []);
    assert.equal(search(), '?revision=1');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(search(), '');
    await open('?revision=3');
    await page.getByRole('dialog', { name: 'Revision 3' }).getByText('<b>All</b> of them.').waitFor();
    await page.keyboard.press('Escape');
    await open('?revision=77');
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await page.keyboard.press('Escape');
  });

  it('compares any two, field by field and as JSON, by keyboard', async () => {
    assert.equal(await page.getByRole('button', { name: 'Compare' }).isDisabled(), true);
    await page.getByRole('checkbox', { name: 'Choose revision 3', exact: true }).focus();
    await page.keyboard.press('Space');
    await page.getByText('Revision 3 is chosen').waitFor();
    await page.getByRole('checkbox', { name: 'Choose revision 1', exact: true }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Compare' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Revision 1 and revision 3' });
    const text = async () => (await dialog.innerText()).replace(/\s+/g, ' ');
    await dialog.getByRole('rowheader', { name: 'Model Image' }).waitFor();
    assert.equal(search(), '?from=1&to=3');
    assert.match(await text(), /Model Image demo\/iris:1\.0 demo\/iris:2\.0/);
    assert.match(await text(), /Replicas 1 2/);
    assert.match(await text(), /Serving: timeout - 30/);
    assert.doesNotMatch(await text(), /sesame|open/);
    await world.picture(page, 'history-diff');
    assert.deepEqual(await world.axe(page), []);
    await dialog.getByRole('button', { name: 'Show values of the environment' }).click();
    assert.match(await text(), /SECRET sesame open/);
    await dialog.getByRole('button', { name: 'JSON' }).click();
    const json = dialog.getByRole('region', { name: 'Difference as JSON' });
    await json.locator('ins', { hasText: '"modelImage": "demo/iris:2.0"' }).waitFor();
    await json.locator('del', { hasText: 'sesame' }).waitFor();
    assert.match(await json.innerText(), /⋮ \d+ lines are the same/);
    await world.picture(page, 'history-diff-json');
    assert.deepEqual(await world.axe(page), []);
    await dialog.getByRole('button', { name: 'Hide values' }).click();
    await json.locator('del', { hasText: 'sesame' }).waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'The other way round' }).click();
    await waitUntil(() => search() === '?from=3&to=1', 'the other direction');
    await page.getByLabel('From').selectOption({ value: '4' });
    await page.getByRole('dialog', { name: 'Revision 4 and revision 1' }).waitFor();
    await page.getByLabel('From').selectOption({ value: '1' });
    await page.getByText('Nothing differs.').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(search(), '');
  });

  it('goes back to a revision: says what changes, and what the quota says', async () => {
    await row(1).getByRole('button', { name: 'Rollback to revision 1' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rollback: Story' });
    await dialog.getByRole('rowheader', { name: 'Model Image' }).waitFor();
    assert.match((await dialog.innerText()).replace(/\s+/g, ' '), /Model Image demo\/iris:2\.0 demo\/iris:1\.0/);
    assert.equal(await dialog.getByLabel('Update Message').inputValue(), 'Rolled back to revision 1');
    await dialog.getByLabel('Update Message').fill('the first was better');
    await world.picture(page, 'history-rollback');
    assert.deepEqual(await world.axe(page), []);
    await dialog.getByRole('button', { name: 'Rollback', exact: true }).click();
    await row(5).getByText('the first was better').waitFor();
    const story = await program.api('GET', '/deployments/story');
    assert.deepEqual([story.modelImage, story.replicas, story.stop], ['demo/iris:1.0', 1, true]);
    assert.equal(await row(5).getByRole('button', { name: 'Rollback to revision 5' }).count(), 0);
  });

  it('says before that the quota does not allow it', async () => {
    await program.api('POST', '/deployments/story/start', {});
    await row(6).getByText('started', { exact: true }).waitFor();
    // Where nobody says which, it is the newest that is another one: what was only started or stopped is stepped over.
    await page.getByRole('button', { name: 'Rollback', exact: true }).first().click();
    const other = page.getByRole('dialog', { name: 'Rollback: Story' });
    await other.getByText('demo/iris:2.0').first().waitFor();
    assert.equal(await other.getByLabel('Revision to go back to').inputValue(), '4');
    await other.getByLabel('Revision to go back to').selectOption({ value: '5' });
    await other.getByText('Nothing: it is as revision 6.').waitFor();
    assert.equal(await other.getByRole('button', { name: 'Rollback', exact: true }).isDisabled(), true);
    await page.keyboard.press('Escape');
    await program.api('PATCH', '/groups/research', { quota: { cpu: 0.3 } });
    await row(2).getByRole('button', { name: 'Rollback to revision 2' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rollback: Story' });
    await dialog.getByRole('alert').getByText(/cpu/i).waitFor();
    assert.equal(await dialog.getByRole('button', { name: 'Rollback', exact: true }).isDisabled(), true);
    await dialog.getByText('0.2 more than the group may use').waitFor();
    await world.picture(page, 'history-rollback-refused', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await page.keyboard.press('Escape');
    await program.api('POST', '/deployments/story/stop', {});
  });

  it('shows the history, but no way back, to who may look only', async () => {
    const { token } = await program.api('POST', '/tokens', { name: 'looks', readOnly: true });
    const { page: theirs } = await world.signedIn({ login: { token } });
    await theirs.goto(world.url + '/deployments/story/history');
    await theirs.getByText('the first was better').first().waitFor();
    assert.equal(await theirs.getByRole('button', { name: /Rollback/ }).count(), 0);
    await theirs.getByRole('button', { name: 'View revision 2' }).waitFor();
  });

  it('loads more of a long history, and fits 320 pixels', async () => {
    for (let revision = 8; revision <= 60; ++revision) await change({ description: `change ${revision}`, updateMessage: `the change number ${revision}` });
    await open();
    await row(60).waitFor();
    assert.equal(await row(2).count(), 0);
    await page.getByRole('button', { name: 'Load more' }).click();
    await row(1).waitFor();
    await change({ description: 'one more' });
    await row(61).waitFor();
    assert.equal(await page.getByRole('checkbox').count(), 61);
    await page.setViewportSize(narrow);
    await open('?from=2&to=3');
    await page.getByRole('dialog').getByRole('rowheader').first().waitFor();
    await world.picture(page, 'history-diff-320', { fullPage: false });
    await page.keyboard.press('Escape');
    await row(61).waitFor();
    await world.assertFits(page);
    await world.picture(page, 'history-320', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
  });
});
