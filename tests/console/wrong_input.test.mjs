import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWorld } from './support/harness.mjs';

/// What is typed, where, and what has to stand at that field then, before anything was sent.
const wrong = [
  ['Deployment Name', '-x-', "alphanumeric characters, '-' or '_' , and must start and end with an alphanumeric character."],
  ['Model Image', 'demo/iris:77', 'The image "demo/iris:77" is not in the catalogue'],
  ['Model Image', 'two words:1', 'must not contain white space'],
  ['Model URI', 'no-scheme', 'must start with a scheme'],
  ['Replicas', '0', 'must be a whole number from 1 to 10000'],
  ['Replicas', 'many', 'must be'],
  ['Timeout', '-1', 'must be'],
  ['Concurrency', '0', 'must be'],
  ['Longest queue', 'x', 'must be'],
  ['Longest wait', 'x', 'must be'],
  ['Largest body', 'x', 'must be'],
  ['Requests a second', 'fast', 'must be'],
  ['At a time', '0', 'must be'],
  ['Progress deadline', '0', 'must be'],
];

describe('wrong input', () => {
  let world, page;
  before(async () => {
    world = await openWorld();
    ({ page } = await world.signedIn());
    await page.goto(world.url + '/create');
    await page.getByLabel('Deployment Name').fill('Iris');
    await page.getByLabel('Model Image').fill('demo/iris:1.0');
    await page.getByText('Serving, limits and rollout').click();
  });
  after(() => world.close());

  for (const [label, text, told] of wrong) {
    it(`${label}: ${text}`, async () => {
      const field = page.locator('.field', { has: page.getByLabel(label, { exact: false }) }).first();
      const input = field.locator('input').first();
      const good = await input.inputValue();
      await input.fill(text);
      await field.locator('.field-error').getByText(told).waitFor();
      assert.equal(await input.getAttribute('aria-invalid'), 'true');
      await input.fill(good);
      await field.locator('.field-error').waitFor({ state: 'detached' });
    });
  }

  it('of external replicas', async () => {
    await page.getByRole('button', { name: 'External replicas' }).click();
    await page.getByLabel('Addresses').fill('ftp://x');
    const field = page.locator('.field', { has: page.getByLabel('Addresses') });
    await field.locator('.field-error').first().waitFor();
    await page.getByLabel('Addresses').fill('http://127.0.0.1:9000');
    await field.locator('.field-error').first().waitFor({ state: 'detached' });
    await page.getByLabel('Health path').fill('no-slash');
    await page.locator('.field', { has: page.getByLabel('Health path') }).locator('.field-error').waitFor();
    await world.picture(page, 'create-external');
    await page.getByRole('button', { name: 'Model image' }).click();
  });

  it('a key that stands twice, and a hedge without idempotent', async () => {
    const metadata = page.getByRole('group', { name: 'Metadata' });
    for (const number of [1, 2]) {
      await metadata.getByRole('button', { name: 'Add field' }).click();
      await metadata.getByLabel(`Key ${number}`).fill('team');
    }
    await metadata.getByText('"team" stands twice').waitFor();
    await page.getByLabel('Hedge').check();
    await page.locator('.field-error').getByText('which only idempotent deployments allow').waitFor();
    await page.getByLabel('Burst').first().fill('5');
    await page.locator('.field-error').getByText('the rate that a burst may exceed for a moment').waitFor();
    await page.getByLabel('Burst').first().fill('');
  });

  it('is no HTML', async () => {
    await page.getByLabel('Description', { exact: true }).fill('<img src=x onerror="document.title=1">');
    await page.getByLabel('Hedge').uncheck();
    await page.getByRole('group', { name: 'Metadata' }).getByRole('button', { name: 'Remove team' }).last().click();
    await page.getByRole('group', { name: 'Metadata' }).getByLabel('Value 1').fill('<b>bold</b>');
    await page.getByLabel('Deployment Name').fill('Markup');
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByRole('link', { name: 'Click here to view.' }).click();
    await page.getByText('<img src=x onerror="document.title=1">').waitFor();
    await page.getByText('<b>bold</b>').waitFor();
    assert.equal(await page.locator('#main img').count(), 0);
  });
});
