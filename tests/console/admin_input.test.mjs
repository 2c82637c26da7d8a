import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWorld } from './support/harness.mjs';

/// Page, what opens its form, and for each field what is typed wrong, what is told then, and where if not at that field.
const forms = [
  {
    page: '/groups',
    open: 'New group',
    send: 'Create group',
    wrong: [
      ['Name', 'everyone', 'and not "everyone"'],
      ['Display name', 'x'.repeat(129), 'at most 128 are allowed'],
      ['CPU (cores)', '-1', 'must be a number from 0'],
      ['Memory (GiB)', 'much', 'must be a number'],
      ['GPU', '0.5', 'must be'],
      ['Maximum Deployment(s)', '-1', 'must be'],
      ['Requests a second', '0', 'must be'],
      ['Burst', '5', 'is required: the rate that a burst may exceed', 'Requests a second'],
      ['At a time', '0', 'must be'],
      ['Group administrators', 'nobody,', 'there is no user "nobody"'],
      ['Members', 'nobody,', 'there is no user "nobody"'],
    ],
  },
  {
    page: '/instance-types',
    open: 'New instance type',
    send: 'Create instance type',
    good: { Name: 'cpu', 'CPU (cores)': '1', 'Memory (GiB)': '1' },
    wrong: [
      ['Name', 'Not A Name', 'must be 1 to 63 lower-case letters'],
      ['Display name', 'x'.repeat(129), 'at most 128 are allowed'],
      ['Description', 'x'.repeat(4097), 'at most 4096 are allowed'],
      ['CPU (cores)', '0', 'must be greater than zero'],
      ['Memory (GiB)', '-1', 'must be'],
      ['GPU', '1.5', 'must be'],
    ],
  },
  {
    page: '/users',
    open: 'New user',
    send: 'Create user',
    wrong: [
      ['Name', 'Ann Smith', 'must be 1 to 128 lower-case letters'],
      ['Display name', 'x'.repeat(129), 'at most 128 are allowed'],
      ['Password', 'short', 'must have at least 8 characters'],
    ],
  },
  {
    page: '/pull-secrets',
    open: 'New pull secret',
    send: 'Create pull secret',
    wrong: [
      ['Name', 'Not A Name', 'must be lower-case letters'],
      ['Registry', 'not a host', 'must be'],
      ['User', '', 'is required'],
      ['Password or access token', '', 'is required'],
    ],
  },
  { page: '/tokens', open: 'New API token', send: 'Create token', wrong: [['What it is for', '', 'is required']] },
];

describe('wrong input of administrators', () => {
  let world, page;
  before(async () => {
    world = await openWorld();
    ({ page } = await world.signedIn());
  });
  after(() => world.close());

  it('is discarded by its Cancel only, or after a question', async () => {
    await page.goto(world.url + '/groups');
    await page.getByRole('link', { name: 'Users' }).click();
    const dialog = page.getByRole('dialog').first();
    const question = page.getByRole('dialog', { name: 'Do you want to discard the changes?' });
    const open = async () => {
      await page.getByRole('button', { name: 'New user' }).first().click();
      await dialog.waitFor();
    };
    await open();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await open();
    const ways = [() => page.keyboard.press('Escape'), () => page.mouse.click(5, 5), () => dialog.getByRole('button', { name: 'Close' }).click(), () => page.evaluate(() => history.back())];
    for (const leave of ways) {
      await dialog.getByLabel('Display name').fill('typed with care');
      await leave();
      await question.getByRole('button', { name: 'Cancel' }).click();
      await question.waitFor({ state: 'detached' });
      assert.equal(await dialog.getByLabel('Display name').inputValue(), 'typed with care');
    }
    await page.keyboard.press('Escape');
    await question.getByRole('button', { name: 'Discard' }).click();
    await dialog.waitFor({ state: 'detached' });
    await open();
    await dialog.getByRole('checkbox').or(dialog.getByRole('combobox')).first().waitFor();
    await dialog.getByLabel('Display name').fill('typed');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('is told of a value as long as that stands there', async () => {
    await page.goto(world.url + '/users');
    await page.getByRole('button', { name: 'New user' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').first().fill('Ann Smith');
    await dialog.getByLabel('Password').fill('short');
    await dialog.getByRole('button', { name: 'Create user' }).click();
    const told = dialog.getByText('must be 1 to 128 lower-case letters');
    await told.waitFor();
    await dialog.getByLabel('Name').first().fill('ann smith');
    await told.waitFor({ state: 'detached' });
    assert.equal(await dialog.getByLabel('Name').first().getAttribute('aria-invalid'), null);
    await dialog.getByText('must have at least 8 characters').waitFor();
    await dialog.getByRole('button', { name: 'Create user' }).click();
    await told.waitFor();
  });

  for (const form of forms) {
    for (const [label, text, told, at = label] of form.wrong) {
      it(`${form.page}: ${label}: ${text.slice(0, 20)}`, async () => {
        await page.goto(world.url + form.page);
        await page.getByRole('button', { name: form.open }).first().click();
        const dialog = page.getByRole('dialog');
        const fieldOf = (name) => dialog.locator('.field', { has: page.locator(`label:text-matches("^${name.replace(/[()]/g, '\\\\$&')}( \\\\*)?$")`) });
        for (const [name, good] of Object.entries(form.good ?? {})) await fieldOf(name).locator('input').fill(good);
        const input = fieldOf(label).locator('input, textarea').first();
        await input.fill(text);
        await dialog.getByRole('button', { name: form.send }).click();
        await fieldOf(at).locator('.field-error', { hasText: told }).waitFor();
        const pointedAt = fieldOf(at).locator('input, textarea').first();
        assert.equal(await pointedAt.getAttribute('aria-invalid'), 'true');
        assert.match(await pointedAt.getAttribute('aria-describedby'), /-error/);
      });
    }
  }
});
