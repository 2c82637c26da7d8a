import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { narrow, openWorld } from './support/harness.mjs';
import { waitUntil } from './support/program.mjs';

describe('clients of a private deployment', () => {
  let world, page, program;
  const row = (name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  const clients = async () => (await program.api('GET', '/deployments/iris-private/clients')).items;
  const find = async (name) => (await clients()).find((each) => each.name === name);
  const open = () => page.goto(world.url + '/deployments/iris-private/clients');
  const call = async (name, token) => {
    const answer = await fetch(`http://${program.ports.prediction}/deployment/iris-private/api/v1.0/predictions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Basic ${btoa(`${name}:${token}`)}` },
      body: '{"data":{"ndarray":[[5.1,3.5,1.4,0.2]]}}',
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  const token = () => page.getByLabel('Client Token', { exact: true }).inputValue();
  const done = async () => {
    await page.getByLabel('I have saved it').check();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  const download = async (name) => {
    const arriving = page.waitForEvent('download');
    await page.getByRole('button', { name }).click();
    const file = await arriving;
    return { name: file.suggestedFilename(), text: fs.readFileSync(await file.path(), 'utf8') };
  };

  before(async () => {
    world = await openWorld();
    program = world.program;
    await program.waitForPhase('iris-private');
    ({ page } = await world.signedIn());
  });
  after(() => world.close());

  it('are of private deployments only', async () => {
    await page.goto(world.url + '/deployments/iris');
    await page.getByRole('link', { name: 'Logs' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Clients', exact: true }).count(), 0);
    await page.goto(world.url + '/deployments/iris-private');
    await page.getByRole('link', { name: 'Clients', exact: true }).click();
    await row('demo').waitFor();
    assert.match(await row('demo').innerText(), /mgc_\w{4}…/);
  });

  it('says what is wrong with a name, at the field', async () => {
    await page.getByRole('button', { name: 'Add client' }).click();
    await page.getByText('Please input your client name!').waitFor();
    await page.getByLabel('Client Name').fill('Not a name');
    await page.keyboard.press('Enter');
    await page.getByText('the first is a letter').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-invalid')), 'true');
    await world.picture(page, 'clients-wrong-name');
    assert.deepEqual(await world.axe(page), []);
    await page.getByLabel('Client Name').fill('demo');
    await page.keyboard.press('Enter');
    await page.locator('.field-error').waitFor();
    assert.match(await page.locator('.field-error').innerText(), /demo/);
    assert.equal((await clients()).length, 1);
  });

  it('adds one, shows its token once, and it works as it is copied', async () => {
    await page.getByLabel('Client Name').fill('app');
    await page.getByLabel('Expires').selectOption({ label: 'In 90 days' });
    await page.getByLabel('Expires').press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText("Your token for client 'app' is above!").waitFor();
    const secret = await token();
    assert.match(secret, /^mgc_\w{30,}$/);
    await page.getByRole('region', { name: 'curl command' }).waitFor();
    await world.picture(page, 'clients-token');
    assert.deepEqual(await world.axe(page), []);

    // It goes away only when it is said to be saved.
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('button', { name: 'Done' }).isDisabled(), true);
    await page.keyboard.press('Control+k');
    await page.evaluate(() => history.back());
    await page.getByRole('dialog', { name: 'Leave without the secret?' }).getByRole('button', { name: 'Stay' }).click();
    assert.equal(await page.getByRole('dialog').count(), 1);
    assert.equal(await token(), secret);
    await page.getByRole('button', { name: 'Copy: client token' }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
    await page.getByRole('button', { name: /^Copy: curl/ }).click();
    const curl = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(execFileSync('bash', ['-c', curl.replace('curl ', 'curl -s ')], { encoding: 'utf8' }), /"names"/);

    const netrc = await download('Download .netrc');
    assert.equal(netrc.name, 'iris-private-app.netrc');
    assert.equal(netrc.text, `machine 127.0.0.1 login app password ${secret}\n`);
    const env = await download('Download .env');
    assert.ok(env.text.includes(`MODELGATE_CLIENT_TOKEN=${secret}\n`));
    await done();
    await page.getByText('The client has been added.').waitFor();
    await row('app').waitFor();
    const { expiresAt } = await find('app');
    assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 90 * 86_400_000) < 600_000);
    assert.equal(await page.getByText(secret).count(), 0);
    assert.equal(await page.getByLabel('Client Name').inputValue(), '');
    await waitUntil(async () => (await find('app')).requests > 0, 'the call is counted');
    await page.reload();
    await row('app').getByText('1 request').waitFor();
  });

  it('rotates, the old token holding as long as it was said', async () => {
    await page.getByLabel('Client Name').fill('turn');
    await page.keyboard.press('Enter');
    await page.getByLabel('Client Token', { exact: true }).waitFor();
    const first = await token();
    await done();
    await row('turn').getByRole('button', { name: 'Rotate turn' }).click();
    await page.getByLabel('The old token holds for').selectOption({ label: '1 hour' });
    await world.picture(page, 'clients-rotate');
    assert.deepEqual(await world.axe(page), []);
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    await page.getByLabel('Client Token', { exact: true }).waitFor();
    const second = await token();
    assert.notEqual(second, first);
    await done();
    await row('turn').getByText('The old token holds until').waitFor();
    assert.deepEqual([await call('turn', first), await call('turn', second)], [200, 200]);
    await row('turn').getByRole('button', { name: 'Rotate turn' }).click();
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    await page.getByLabel('Client Token', { exact: true }).waitFor();
    const third = await token();
    await done();
    assert.deepEqual([await call('turn', second), await call('turn', third)], [401, 200]);

    await row('turn').getByRole('button', { name: 'Disable turn' }).click();
    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    await row('turn').getByText('Disabled').waitFor();
    assert.equal(await call('turn', third), 401);
    await row('turn').getByRole('button', { name: 'Enable turn' }).click();
    await row('turn').getByText('Active').waitFor();
    assert.equal(await call('turn', third), 200);
  });

  it('changes when one expires, and warns in time', async () => {
    await row('turn').getByRole('button', { name: 'Expiry of turn' }).click();
    await page.getByText('It does not expire now.').waitFor();
    await page.getByLabel('Expires, from now on').selectOption({ label: 'In 30 days' });
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await waitUntil(async () => (await find('turn')).expiresAt !== null, 'an expiry');
    await program.api('PATCH', '/deployments/iris-private/clients/turn', { expiresAt: new Date(Date.now() + 3.5 * 86_400_000).toISOString() });
    await row('turn').getByText('Expires in 3 days').waitFor();
    await page.getByText('1 client needs attention').waitFor();
    await program.api('POST', '/deployments/iris-private/client-imports', { htpasswd: 'old-app:$apr1$xxxxxxxx$dxHfLAsjHkDRmG83UXe8K0\n' });
    await row('old-app').getByText('Imported password (apr1)').waitFor();
    await page.getByText('2 clients need attention').waitFor();
    await world.picture(page, 'clients');
    assert.deepEqual(await world.axe(page), []);
  });

  it('removes one whose name was typed, for everybody at once', async () => {
    await program.api('POST', '/users', { name: 'ann', password: 'correct horse battery' });
    await program.api('PATCH', '/groups/demo', { members: ['ann'] });
    const { page: hers } = await world.signedIn({ login: { name: 'ann', password: 'correct horse battery' } });
    await hers.goto(world.url + '/deployments/iris-private/clients');
    await hers.getByRole('rowheader', { name: 'turn' }).waitFor();
    await row('turn').getByRole('button', { name: 'Remove turn' }).click();
    await page.getByText("Do you want to remove 'turn'?").waitFor();
    assert.equal(await page.getByRole('button', { name: 'Remove', exact: true }).isDisabled(), true);
    await page.keyboard.type('turn');
    await world.picture(page, 'clients-remove');
    assert.deepEqual(await world.axe(page), []);
    await page.keyboard.press('Enter');
    await page.getByText('The client has been removed.').waitFor();
    await row('turn').waitFor({ state: 'detached' });
    assert.notEqual(await page.evaluate(() => document.activeElement.tagName), 'BODY', 'the focus is not lost with the row');
    await hers.getByRole('rowheader', { name: 'turn' }).waitFor({ state: 'detached' });
    assert.equal(await find('turn'), undefined);
  });

  it('changes nothing for who may look only, nor shows it to others', async () => {
    const { token: readOnly } = await program.api('POST', '/tokens', { name: 'looks', readOnly: true });
    const { page: theirs } = await world.signedIn({ login: { token: readOnly } });
    await theirs.goto(world.url + '/deployments/iris-private/clients');
    await theirs.getByRole('rowheader', { name: 'demo' }).waitFor();
    assert.equal(await theirs.getByRole('button', { name: /client|Rotate|Remove/ }).count(), 0);
    await program.api('POST', '/users', { name: 'bob', password: 'correct horse battery' });
    const { page: his } = await world.signedIn({ login: { name: 'bob', password: 'correct horse battery' } });
    await his.goto(world.url + '/deployments/iris-private/clients');
    await his.getByRole('heading', { name: 'Not Found' }).waitFor();
  });

  it('says the next step when there is none, and fits 320 pixels', async () => {
    await page.setViewportSize(narrow);
    await open();
    await page.getByRole('button', { name: 'Rotate app' }).waitFor();
    await world.assertFits(page);
    await world.picture(page, 'clients-320');
    assert.deepEqual(await world.axe(page), []);
    for (const { name } of await clients()) await program.api('DELETE', `/deployments/iris-private/clients/${name}`);
    await page.getByRole('heading', { name: 'Nobody may call it yet' }).waitFor();
    await page.setViewportSize({ width: 1280, height: 800 });
    await world.picture(page, 'clients-empty');
    assert.deepEqual(await world.axe(page), []);
  });
});
