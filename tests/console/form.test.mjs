import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';

describe('creating and updating', () => {
  let world, page;
  before(async () => {
    world = await openWorld();
    const { api } = world.program;
    await api('POST', '/groups', { name: 'small', displayName: 'A small group', enabledDeployment: true, maxDeploy: 5, quota: { cpu: 1, memoryGiB: 1 } });
    await api('POST', '/instance-types', { name: 'large', displayName: 'Large', description: 'for big models', cpu: 0.75, memoryGiB: 0.5 });
    await world.program.waitForPhase('iris');
    ({ page } = await world.signedIn());
  });
  after(() => world.close());

  it('says at each field what is missing', async () => {
    await page.getByRole('link', { name: 'Create Deployment' }).click();
    await page.getByLabel('Deployment Name').waitFor();
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText('Please input a name!').waitFor();
    await page.getByText('Please input an ID').waitFor();
    await page.getByText('is required: the image that serves the model').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.labels?.[0]?.textContent), 'Deployment Name *');
    await world.picture(page, 'create-errors');
    assert.deepEqual(await world.axe(page), []);
  });

  it('makes an id of the name, and says whether it is free', async () => {
    await page.getByLabel('Deployment Name').fill('Iris Two!');
    await page.getByText("alphanumeric characters, '-' or '_' , and must start and end with an alphanumeric character.").waitFor();
    await page.getByLabel('Deployment Name').fill('Iris Two');
    assert.match(await page.getByLabel('Deployment ID').inputValue(), /^iris-two-[a-z0-9]{5}$/);
    await page.getByText('Your Deployment ID is available.').waitFor();
    await page.getByLabel('Choose the ID myself').check();
    await page.getByLabel('Deployment ID').fill('iris');
    await page.getByText('The ID has been used by other users. Change your ID to a unique string to try again.').waitFor();
    await page.getByLabel('Deployment ID').fill('Iris 2');
    await page.getByText("lower case alphanumeric characters, '-', and must start and end with an alphanumeric character.").waitFor();
    await page.getByLabel('Deployment ID').fill('iris-two');
    await page.getByText('Your Deployment ID is available.').waitFor();
  });

  it('leads to the first field that the program refuses, though no rehearsal told of it', async () => {
    await page.route('**/api/v1/deployments?dryRun=true*', (route) => route.abort());
    await page.getByLabel('Model Image').fill('demo/none:1');
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.waitForFunction(() => document.activeElement?.labels?.[0]?.textContent.startsWith('Model Image'));
    await page.unroute('**/api/v1/deployments?dryRun=true*');
    await page.getByLabel('Model Image').fill('');
  });

  it('reckons the quota before anything is sent', async () => {
    await page.getByLabel('Group', { exact: false }).first().selectOption('small');
    await page.getByRole('radio', { name: /^Large/ }).check();
    await page.getByLabel('Model Image').fill('demo/iris:1.0');
    const quota = page.getByRole('region', { name: 'Group Resource' });
    await quota.getByText('0 + 0.75 of 1', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'One more' }).click();
    await quota.getByText('0.5 more than the group may use').waitFor();
    await quota.getByText('Group small exceeded cpu quota').waitFor();
    await world.picture(page, 'create-over-quota');
    assert.deepEqual(await world.axe(page), []);
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText('Exceed Quota').last().waitFor();
    await page.getByRole('radio', { name: /^Small/ }).check();
    await quota.getByText('0 + 0.5 of 1', { exact: true }).first().waitFor();
  });

  it('takes pasted lines, and shows what the program has against a row', async () => {
    const metadata = page.getByRole('group', { name: 'Metadata' });
    await metadata.getByRole('button', { name: 'Add field' }).click();
    await page.evaluate(() => navigator.clipboard.writeText('team=ml\nowner="Ann B."'));
    await metadata.getByLabel('Key 1').focus();
    await page.keyboard.press('Control+V');
    assert.equal(await metadata.getByLabel('Value 2').inputValue(), 'Ann B.');
    const env = page.getByRole('group', { name: 'Environment Variables' });
    await env.getByRole('button', { name: 'Add field' }).click();
    await env.getByLabel('Name 1').fill('LD_PRELOAD');
    await env.getByText('is set by the server or chooses which code runs').waitFor();
    await env.getByLabel('Name 1').fill('MODE');
    await env.getByLabel('Value 1').fill('fast');
    await env.getByText('is set by the server').waitFor({ state: 'detached' });
    await page.getByText('Serving, limits and rollout').click();
    await page.getByLabel('Example request').fill('{"a": 1,}');
    await page.getByText('Line 1, column 9: no comma may stand after the last one').waitFor();
    await page.getByLabel('Example request').fill('');
    await page.getByLabel('Timeout').fill('soon');
    await page.getByText('must be a whole number').first().waitFor();
    await page.getByLabel('Timeout').fill('30');
  });

  it('asks before what was typed is lost, whichever field it is', async () => {
    const { page: another } = await world.signedIn();
    for (const [label, text] of [['Update Message', 'why'], ['Model URI', 'models:/x'], ['Description', 'what']]) {
      await another.goto(world.url + '/create');
      await another.getByLabel('Instance Type').or(another.getByRole('radio')).first().waitFor();
      await another.getByLabel(label).fill(text);
      await another.getByRole('button', { name: 'Cancel' }).click();
      await another.getByText('Do you want to discard the changes?').waitFor();
      await another.getByRole('button', { name: 'Discard' }).click();
      await another.waitForURL('**/deployments');
    }
    await another.getByRole('link', { name: 'Create Deployment' }).first().click();
    await another.getByLabel('Deployment Name').waitFor();
    await another.getByRole('button', { name: 'Cancel' }).click();
    await another.waitForURL('**/deployments');
    await another.close();
  });

  it('asks before what was typed is lost', async () => {
    await page.getByRole('link', { name: 'Groups' }).click();
    await page.getByRole('dialog').getByText('Do you want to discard the changes?').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByRole('dialog').getByText('Do you want to discard the changes?').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).pathname, '/create');
    assert.equal(await page.getByLabel('Deployment Name').inputValue(), 'Iris Two');
  });

  it('shows the same for a terminal', async () => {
    await page.getByText('View as JSON / CLI / curl').click();
    await page.getByRole('button', { name: 'CLI', exact: true }).click();
    await page.getByText('modelgate deployments create iris-two').waitFor();
    await page.getByRole('button', { name: 'curl', exact: true }).click();
    await page.getByText('curl -X POST').waitFor();
    await world.picture(page, 'create');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(narrow);
    await world.assertFits(page);
    await world.picture(page, 'create-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('deploys, and the notification leads to the detail', async () => {
    await page.getByLabel('Update Message').fill('the first one');
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.waitForURL('**/deployments');
    await page.getByText('Your model has begun deploying.').waitFor();
    await page.getByRole('link', { name: 'Click here to view.' }).click();
    await page.waitForURL('**/deployments/iris-two');
    const made = await world.program.waitForPhase('iris-two');
    assert.deepEqual(made.metadata, { team: 'ml', owner: 'Ann B.' });
    assert.deepEqual(made.env, [{ name: 'MODE', value: 'fast' }]);
    assert.equal(made.serving.timeout, 30);
    assert.equal(made.replicas, 2);
    assert.equal(made.updateMessage, 'the first one');
  });

  it('updates, and shows before what will change', async () => {
    await page.goto(world.url + '/deployments/iris-two/update');
    await page.getByLabel('Model Image').fill('demo/iris:9');
    await page.getByText('The image "demo/iris:9" is not in the catalogue').waitFor();
    await page.getByLabel('Model Image').fill('demo/iris:2.0');
    const changes = page.getByRole('region', { name: 'Changes' });
    await changes.getByText('demo/iris:2.0').waitFor();
    await page.getByRole('group', { name: 'Metadata' }).getByRole('button', { name: 'Remove owner' }).click();
    await changes.getByText('Metadata: owner').waitFor();
    await world.picture(page, 'update');
    assert.deepEqual(await world.axe(page), []);
  });

  it('does not overwrite what somebody else changed meanwhile', async () => {
    await world.program.api('PATCH', '/deployments/iris-two', { description: 'by another' }, { 'If-Match': '*' });
    await page.getByText('The deployment was changed meanwhile').waitFor();
    await page.getByRole('button', { name: 'Confirm and Deploy' }).click();
    await page.getByText('made revision 2; this form is of revision 1').waitFor();
    await page.getByText('by another').waitFor();
    await world.picture(page, 'update-conflict');
    assert.deepEqual(await world.axe(page), []);
    await page.getByRole('button', { name: /^Keep both/ }).click();
    await page.getByRole('button', { name: 'Confirm and Deploy' }).click();
    await page.waitForURL('**/deployments/iris-two');
    await waitUntil(async () => {
      const { modelImage, description, metadata, revision } = await world.program.api('GET', '/deployments/iris-two');
      return revision === 3 && modelImage === 'demo/iris:2.0' && description === 'by another' && !('owner' in metadata);
    }, 'both changes');
  });
});
