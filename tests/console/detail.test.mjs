import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld, wide } from './support/harness.mjs';

describe('a deployment', () => {
  let world, page;
  const open = (path) => page.goto(world.url + path);
  before(async () => {
    world = await openWorld();
    const { api } = world.program;
    await world.program.waitForPhase('iris');
    await world.program.waitForPhase('iris-private');
    await api('PATCH', '/deployments/iris', { metadata: { team: 'ml' }, env: [{ name: 'SECRET', value: 'hush' }], description: 'two\nlines' }, { 'If-Match': '*' });
    await world.program.waitForPhase('iris');
    ({ page } = await world.signedIn());
  });
  after(() => world.close());

  it('shows all there is to know', async () => {
    await open('/deployments/iris');
    for (const text of ['Deployment completed', 'demo/iris:1.0', 'Small (CPU: 0.25 / Memory: 0.25 G / GPU: 0)', '2/2', 'deploy-iris-r2-0']) {
      await page.getByText(text, { exact: true }).first().waitFor();
    }
    assert.equal(await page.title(), '(Deployed) Iris · modelgate');
    await page.getByText('********').waitFor();
    assert.equal(await page.getByText('hush').count(), 0);
    await page.getByRole('button', { name: 'Show values' }).click();
    await page.getByText('hush').waitFor();
    assert.equal(await page.getByRole('navigation', { name: 'Deployment' }).getByRole('link', { name: 'Clients' }).count(), 0);
    await page.getByRole('button', { name: 'Hide values' }).click();
  });

  it('sends an example through the gateway', async () => {
    const panel = page.getByRole('region', { name: 'Run an Example' });
    await panel.getByText('"sepal_length"').first().waitFor();
    await panel.getByRole('button', { name: 'Send' }).click();
    await panel.getByText('setosa').waitFor();
    await panel.getByText(/^from deploy-iris-r2-/).waitFor();
    await world.picture(page, 'information');
    await panel.getByRole('button', { name: 'Headers' }).click();
    await panel.getByRole('region', { name: 'headers' }).getByText(/content-type: application\/json/i).waitFor();
    assert.deepEqual(await world.axe(page), []);
    await panel.getByRole('textbox').fill('{"data": }');
    await panel.getByText('Line 1, column 10:').waitFor();
    await panel.getByRole('button', { name: 'Send' }).click();
    await panel.getByText('400', { exact: true }).waitFor();
    // What was typed is there after a look at another tab, too.
    const tabs = page.getByRole('navigation', { name: 'Deployment' });
    await tabs.getByRole('link', { name: 'Logs' }).click();
    await tabs.getByRole('link', { name: 'Information' }).click();
    await panel.getByText('Line 1, column 10:').waitFor();
    assert.equal(await panel.getByRole('textbox').inputValue(), '{"data": }');
    await panel.getByRole('button', { name: 'Reset' }).click();
  });

  it('gives the same for a terminal, which works when pasted', async () => {
    await page.getByRole('button', { name: 'Copy: curl' }).click();
    const { execFileSync } = await import('node:child_process');
    const answer = execFileSync('sh', ['-c', (await page.evaluate(() => navigator.clipboard.readText())).replace('curl ', 'curl -sS --max-time 30 ')]);
    assert.deepEqual(JSON.parse(answer).data.names, ['setosa', 'versicolor', 'virginica']);
    for (const language of ['Python', 'JavaScript', 'modelgate predict']) {
      await page.getByRole('button', { name: language, exact: true }).click();
      await page.getByRole('region', { name: language }).waitFor();
    }
    await open('/deployments/iris-private');
    await page.getByText('"demo:$MODELGATE_CLIENT_TOKEN"').waitFor();
    await page.getByRole('navigation', { name: 'Deployment' }).getByRole('link', { name: 'Clients' }).waitFor();
  });

  it('shows a rollout as it goes', async () => {
    await open('/deployments/iris');
    await page.getByRole('link', { name: 'Update' }).click();
    await page.getByLabel('Model Image').fill('demo/iris:2.0');
    await page.getByRole('button', { name: 'Confirm and Deploy' }).click();
    const rollout = page.getByRole('region', { name: 'Rollout' });
    await rollout.getByText('Revision 3').waitFor();
    await rollout.getByText('Revision 2').waitFor();
    await world.picture(page, 'rollout', { fullPage: false });
    await page.getByText('demo/iris:2.0').first().waitFor();
    await world.program.waitForPhase('iris');
    await page.getByText('deploy-iris-r3-1', { exact: true }).first().waitFor();
    assert.deepEqual(await world.axe(page), []);
  });

  it('goes back to an earlier revision, and says before what that changes', async () => {
    await page.getByRole('button', { name: 'Rollback' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('row', { name: 'Model Image demo/iris:2.0 demo/iris:1.0' }).waitFor();
    await dialog.getByRole('meter', { name: 'CPU' }).waitFor();
    await world.picture(page, 'rollback', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await dialog.getByRole('button', { name: 'Rollback' }).click();
    await page.getByText('Revision 2 is coming back as revision 4.').waitFor();
    await page.getByText('Rolled back to revision 2').waitFor();
    await world.program.waitForPhase('iris');
  });

  it('is restarted, stopped and started', async () => {
    await page.getByRole('button', { name: 'Restart' }).click();
    await page.getByRole('button', { name: 'Yes' }).click();
    await page.getByText('The replicas are being replaced.').waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('Do you want to stop "Iris"?').waitFor();
    await world.picture(page, 'stop', { fullPage: false });
    await page.getByRole('button', { name: 'No', exact: true }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Yes' }).click();
    await page.locator('dd strong', { hasText: 'Stopped' }).waitFor();
    await page.waitForFunction(() => document.title === '(Stopped) Iris · modelgate');
    await page.getByText('Nothing runs: the deployment is stopped.').waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('DEPLOYMENT_STOPPED', { exact: true }).waitFor();
    await world.picture(page, 'information-stopped');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText("Do you want to deploy 'Iris'?").waitFor();
    await page.getByRole('button', { name: 'Yes' }).click();
    await page.getByText('The model deployment has been deployed.').waitFor();
    await page.locator('dd strong', { hasText: 'Deployed' }).waitFor();
  });

  it('fits a narrow window', async () => {
    await page.setViewportSize(narrow);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('setosa').waitFor();
    await world.assertFits(page);
    await world.picture(page, 'information-narrow');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(wide);
  });

  it('is deleted when its name was typed', async () => {
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Permanently delete deployment?').waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click({ force: true });
    await dialog.getByRole('textbox').fill('Iris');
    await world.picture(page, 'delete', { fullPage: false });
    assert.deepEqual(await world.axe(page), []);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/deployments');
    await page.getByText('The model deployment has been deleted.').waitFor();
    await open('/deployments/iris');
    await page.getByText('The deployment may be removed or not authorized.').waitFor();
    await world.picture(page, 'not-found');
  });
});
