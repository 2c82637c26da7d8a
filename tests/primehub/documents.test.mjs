/// Every document that the tests send is valid by the reference implementation, against the schema that modelgate tells of itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lexicographicSortSchema, printSchema, buildSchema, validateSchema } from 'graphql';
import fs from 'node:fs';

import { documents, mistakesOf, ourMistakesOf, start, writtenInTests } from './support.mjs';

test('documents', async (t) => {
  const { ask, schema } = await start(t);

  await t.test('the schema is one, and the one that is written down', () => {
    assert.deepEqual(validateSchema(schema), []);
    const written = fs.readFileSync(new URL('../../control/api/primehub/primehub.graphql', import.meta.url), 'utf8');
    assert.equal(printSchema(lexicographicSortSchema(schema)), printSchema(lexicographicSortSchema(buildSchema(written))));
  });

  for (const [name, text] of documents) {
    await t.test(name, async () => {
      assert.deepEqual(mistakesOf(schema, text), []);
      assert.deepEqual(await ourMistakesOf(ask, text), []);
    });
  }

  await t.test('queries that stand in the tests themselves are valid to both or to none', async () => {
    const seen = { valid: 0, invalid: 0 };
    for (const text of writtenInTests()) {
      const theirs = mistakesOf(schema, text);
      const own = await ourMistakesOf(ask, text);
      assert.equal((own ?? theirs).length > 0, theirs.length > 0, `${text}\nthey say: ${JSON.stringify(theirs)}\nwe say: ${JSON.stringify(own)}`);
      seen[theirs.length ? 'invalid' : 'valid']++;
    }
    assert.ok(seen.valid > 3 && seen.invalid > 5, JSON.stringify(seen));
  });
});
