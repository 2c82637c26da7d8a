import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';
import { fullCharts } from './support/full_charts.mjs';

const card = (page, title) => page.getByRole('region', { name: title, exact: true });

describe('monitor', () => {
  let world, page, api;
  const predict = (id, headers = {}, body = '{"data": {"ndarray": [[1, 2, 3, 4]]}}') =>
    fetch(`http://${world.program.ports.prediction}/deployment/${id}/api/v1.0/predictions`, { method: 'POST', body, headers });

  before(async () => {
    world = await openWorld();
    api = world.program.api;
    await world.program.waitForPhase('iris');
    await world.program.waitForPhase('iris-private');
    ({ page } = await world.signedIn());
  });
  after(() => world.close());

  it('says what to do when nothing was asked yet', async () => {
    await page.goto(world.url + '/deployments/iris/monitor');
    await page.getByText('No request in the last 15 min').waitFor();
    await page.getByRole('rowheader', { name: 'deploy-iris-r1-0' }).waitFor();
    await world.assertFits(page);
    await world.picture(page, 'monitor-empty');
    assert.deepEqual(await world.axe(page), []);
    await page.getByRole('link', { name: 'Run an example' }).click();
    await page.waitForURL('**/deployments/iris');
  });

  it('shows what was asked, by itself, with a table of each chart', async () => {
    const { token } = await api('POST', '/deployments/iris-private/clients', { name: 'app' });
    await page.goto(world.url + '/deployments/iris-private/monitor');
    await page.getByText('No request in the last 15 min').waitFor();
    for (let each = 0; each < 20; ++each) assert.equal((await predict('iris-private', { Authorization: `Bearer ${token}` })).status, 200);
    for (let each = 0; each < 10; ++each) assert.equal((await predict('iris-private')).status, 401);
    await card(page, 'QPS').locator('.chart-value', { hasText: /[1-9]/ }).waitFor();
    await card(page, '4xx').locator('.chart-value', { hasText: /[1-9]/ }).waitFor();
    await card(page, 'Predict QPS').getByText('demo/iris:1.0').waitFor();
    for (const quantile of ['p50', 'p75', 'p90', 'p95', 'p99']) await card(page, 'Latency').getByRole('button', { name: quantile }).waitFor();
    assert.equal(await card(page, 'QPS').locator('canvas').count(), 1);
    await page.getByRole('row', { name: /^app / }).waitFor();
    const summary = card(page, 'Latency').locator('summary');
    await summary.focus();
    await page.keyboard.press('Enter');
    const values = card(page, 'Latency').getByRole('region', { name: 'Values of Latency' });
    await values.getByRole('columnheader', { name: 'p99' }).waitFor();
    assert.match(await values.getByRole('row').nth(1).innerText(), /^\d\d:\d\d:\d\d.*ms/);
    assert.deepEqual(await world.axe(page), []);
  });

  it('hides lines, pauses, and keeps the time shown in the address', async () => {
    const line = card(page, 'Latency').getByRole('button', { name: 'p75' });
    await line.focus();
    await page.keyboard.press('Space');
    assert.equal(await line.getAttribute('aria-pressed'), 'false');
    await page.getByRole('button', { name: '1 h', exact: true }).click();
    await waitUntil(() => new URL(page.url()).search === '?window=1h', 'the address says 1 h');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Paused', pressed: true }).waitFor();
    await page.reload();
    assert.equal(await page.getByRole('button', { name: '1 h', exact: true }).getAttribute('aria-pressed'), 'true');
    await card(page, 'QPS').locator('.chart-value').waitFor();
  });

  it('marks deploys, and shows whatever lines there are', async () => {
    await api('PATCH', '/deployments/iris', { replicas: 1, updateMessage: 'One is enough' }, { 'If-Match': '*' });
    await world.program.waitForPhase('iris');
    await page.route('**/api/v1/deployments/iris/metrics**', (route) => route.fulfill({ json: fullCharts() }));
    await page.route('**/api/v1/version', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...(await answer.json()), grafanaUrl: 'https://grafana.example.com/d/modelgate?var-deployment={id}' } });
    });
    await page.goto(world.url + '/deployments/iris/monitor');
    await page.getByText('One is enough').waitFor();
    await card(page, 'queue_depth').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Open in Grafana' }).getAttribute('href'), 'https://grafana.example.com/d/modelgate?var-deployment=iris');
    await page.getByLabel('Shown by replica').selectOption({ label: 'Latency p99' });
    await waitUntil(() => new URL(page.url()).searchParams.get('replica') === 'latency p99', 'the address says which');
    await card(page, 'Latency p99 by replica').getByRole('button', { name: /deploy-iris-r2-1/ }).waitFor();
    await card(page, 'Memory per replica').waitFor();
    await page.getByRole('row', { name: /deploy-iris-r2-0.*gone/ }).waitFor();
    await world.assertFits(page);
    await world.picture(page, 'monitor');
    assert.deepEqual(await world.axe(page), []);
    await page.setViewportSize(narrow);
    await card(page, 'QPS').locator('canvas').waitFor();
    await world.assertFits(page);
    await world.picture(page, 'monitor-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('link', { name: 'r2', exact: true }).click();
    await page.waitForURL('**/deployments/iris/history?revision=2');
    await page.unrouteAll();
  });

  it('is seen to be the chosen tab at 320 pixels', async () => {
    await page.setViewportSize(narrow);
    await page.goto(world.url + '/deployments/iris-private/monitor');
    const chosen = page.getByRole('navigation', { name: 'Deployment' }).getByRole('link', { name: 'Monitor' });
    await chosen.waitFor();
    await waitUntil(() => chosen.evaluate((tab) => tab.getBoundingClientRect().right <= innerWidth && tab.getBoundingClientRect().left >= 0), 'the tab in view');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('shows what each client does', async () => {
    await page.route('**/api/v1/deployments/iris-private/metrics**', (route) => route.fulfill({ json: fullCharts() }));
    await page.goto(world.url + '/deployments/iris-private/monitor?client=success');
    await page.getByRole('row', { name: /^mobile-app .*100%.*ms/ }).waitFor();
    await page.getByRole('row', { name: /^other / }).waitFor();
    await card(page, 'Success rate by client').getByRole('button', { name: /^batch/ }).waitFor();
    await world.assertFits(page);
    await world.picture(page, 'monitor-private');
    assert.deepEqual(await world.axe(page), []);
    await page.unrouteAll();
  });

  it('says when the charts cannot be had, and that the deployment is stopped', async () => {
    await page.route('**/api/v1/deployments/iris/metrics**', (route) => route.fulfill({ status: 503, json: { title: 'Unavailable', detail: 'busy, try again' } }));
    await page.goto(world.url + '/deployments/iris/monitor');
    await page.getByText('The charts could not be fetched').waitFor();
    await page.getByText('busy, try again').waitFor();
    await page.unrouteAll();
    await api('POST', '/deployments/iris/stop', {});
    await world.program.waitForPhase('iris', 'Stopped');
    await page.getByText('Nothing to show: the deployment is stopped').waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).last().click();
    await page.getByRole('button', { name: 'Yes' }).click();
    await page.getByText('The model deployment has been deployed.').waitFor();
  });
});
