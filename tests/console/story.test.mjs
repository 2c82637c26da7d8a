import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { openWorld } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';

/// What an engineer does with a model from beginning to end, and what somebody of another group sees of it: nothing.
describe('the whole story', () => {
  const password = 'correct horse battery';
  let world, page, stranger, curl;
  const tab = (name) => page.getByRole('navigation', { name: 'Deployment' }).getByRole('link', { name, exact: true }).click();
  const phase = (name) => page.locator('.summary .pill', { hasText: name }).waitFor();
  const say = async (button, answer) => {
    await page.getByRole('button', { name: button, exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: answer, exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  /// The revision serves, and the page says so.
  const served = async (revision) => {
    await page.locator('.summary').getByText(`revision ${revision}`, { exact: true }).waitFor();
    await waitUntil(async () => {
      const { status } = await world.program.api('GET', '/deployments/flowers');
      return status.phase === 'Deployed' && status.replicas.every((each) => each.phase === 'Ready');
    }, `revision ${revision} serves`);
    await phase('Deployed');
  };
  const run = () => JSON.parse(execFileSync('bash', ['-c', curl.replace('curl ', 'curl -sS --max-time 30 ')], { encoding: 'utf8' }));

  before(async () => {
    world = await openWorld();
    const { api } = world.program;
    for (const name of ['ann', 'eve']) await api('POST', '/users', { name, password });
    await api('POST', '/groups', { name: 'research', displayName: 'Research', enabledDeployment: true, members: ['ann'] });
    await api('POST', '/groups', { name: 'others', displayName: 'Others', enabledDeployment: true, members: ['eve'] });
    ({ page } = await world.newPage());
    ({ page: stranger } = await world.signedIn({ login: { name: 'eve', password } }));
  });
  after(() => world.close());

  it('sign in, and create a private deployment', async () => {
    await page.goto(world.url);
    await page.getByLabel('Name', { exact: false }).first().fill('ann');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Create Deployment' }).first().click();
    await page.getByLabel('Deployment Name').fill('Flowers');
    await page.getByLabel('Choose the ID myself').check();
    await page.getByLabel('Deployment ID').fill('flowers');
    await page.getByLabel('Model Image').fill('demo/iris:1.0');
    await page.getByLabel('Private Access').check();
    await page.getByRole('button', { name: 'One more' }).click();
    await page.getByLabel('Update Message').fill('the first version');
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  });

  it('watch it come up', async () => {
    await page.getByRole('link', { name: 'Click here to view.' }).click();
    await page.waitForURL('**/deployments/flowers');
    await phase('Deployed');
    await page.getByText('2/2 replicas').waitFor();
  });

  it('add a client, copy its curl and run it', async () => {
    await tab('Clients');
    await page.getByLabel('Client Name').fill('app');
    await page.getByRole('button', { name: 'Add client' }).click();
    await page.getByRole('button', { name: /^Copy: curl/ }).click();
    curl = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(curl, /app:mgc_/);
    await page.getByLabel('I have saved it').check();
    await page.getByRole('button', { name: 'Done' }).click();
    assert.deepEqual(run().data.names, ['setosa', 'versicolor', 'virginica']);
    await tab('Information');
    await page.getByText(/app:mgc_/).waitFor();
  });

  it('see the request in Monitor, and the client in the log of the model', async () => {
    await tab('Monitor');
    await waitUntil(async () => {
      run();
      return (await page.getByRole('row', { name: /^app / }).count()) > 0;
    }, 'the client in Monitor');
    await world.picture(page, 'story-monitor');
    await tab('Logs');
    await page.getByText(/POST \/predict 200 user=app/).first().waitFor();
    await world.picture(page, 'story-logs', { fullPage: false });
  });

  it('update to 2.0, and see the rollout', async () => {
    await page.getByRole('link', { name: 'Update' }).click();
    await page.getByLabel('Model Image').fill('demo/iris:2.0');
    await page.getByLabel('Update Message').fill('neighbours');
    await page.getByRole('button', { name: 'Confirm and Deploy' }).click();
    const rollout = page.getByRole('region', { name: 'Rollout' });
    await rollout.getByText('Revision 2').waitFor();
    await served(2);
    assert.equal(run().data.names.length, 3);
  });

  it('roll back', async () => {
    await tab('History');
    await page.getByText('neighbours').first().waitFor();
    await page.getByRole('button', { name: 'Rollback', exact: true }).first().click();
    await page.getByRole('dialog').getByText('demo/iris:1.0').first().waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Rollback' }).click();
    await page.getByText('Revision 1 is coming back as revision 3.').waitFor();
    await served(3);
    assert.equal((await world.program.api('GET', '/deployments/flowers')).modelImage, 'demo/iris:1.0');
  });

  it('stop, and start', async () => {
    await say('Stop', 'Yes');
    await phase('Stopped');
    assert.equal(run().status.reason, 'DEPLOYMENT_STOPPED');
    await say('Start', 'Yes');
    await phase('Deployed');
    assert.equal(run().data.names.length, 3);
  });

  it('while somebody of another group sees nothing of it', async () => {
    await stranger.getByText('No model is deployed yet').waitFor();
    for (const path of ['', '/logs', '/history', '/clients', '/monitor', '/update']) {
      await stranger.goto(world.url + '/deployments/flowers' + path);
      await stranger.getByText('The deployment may be removed or not authorized.').waitFor();
    }
  });

  it('delete', async () => {
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('Flowers');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL('**/deployments');
    await page.getByText('The model deployment has been deleted.').waitFor();
    await page.getByText('No model is deployed yet').waitFor();
    assert.equal(run().status.reason, 'DEPLOYMENT_NOT_FOUND');
  });
});
