/// What the tests share: the program, its schema as the reference implementation reads it, and what each says of a document.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Kind, buildClientSchema, getIntrospectionQuery, parse, validate } from 'graphql';

import { startProgram } from '../console/support/program.mjs';

export async function start(test) {
  const program = await startProgram({ demo: false });
  test.after(() => program.stop());
  const ask = async (query, variables = {}, operationName = null) => {
    const answer = await fetch(`http://${program.ports.control}/api/graphql`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${program.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ query, variables, operationName }),
    });
    return { status: answer.status, ...(await answer.json()) };
  };
  const told = await ask(getIntrospectionQuery({ specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true }));
  if (told.errors) throw new Error(JSON.stringify(told.errors));
  return { program, ask, schema: buildClientSchema(told.data, { assumeValid: false }) };
}

/// The mistakes that the reference implementation finds; none: the document is valid. That a kind of operation is not there it says only
/// when it is to execute one.
export function mistakesOf(schema, text) {
  try {
    const document = parse(text);
    const unknown = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION && !schema.getRootType(each.operation));
    return [...validate(schema, document), ...unknown.map((each) => new Error(`Schema is not configured to execute ${each.operation} operation.`))].map((each) => each.message);
  } catch (error) {
    return [error.message];
  }
}

const ours = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED']);

/// The same by modelgate; null: it does not say, as the document is beyond its bounds. No operation has the name that is asked for, so that nothing is done.
export async function ourMistakesOf(ask, text) {
  const { errors } = await ask(text, {}, 'no operation has this name');
  if (!errors) throw new Error(`${text}\nwas done, though no operation has that name`);
  if (errors.some((each) => each.extensions.code === 'QUERY_TOO_LARGE')) return null; // a bound of its own
  const wrong = errors.filter((each) => ours.has(each.extensions.code));
  const expected = errors.every((each) => ours.has(each.extensions.code) || /^Unknown operation named/.test(each.message));
  if (!expected) throw new Error(`${text}\n${JSON.stringify(errors)}`);
  return wrong.map((each) => each.message);
}

export const documents = fs
  .readdirSync(new URL('documents/', import.meta.url))
  .map((name) => [name.replace(/\.graphql$/, ''), fs.readFileSync(fileURLToPath(new URL(`documents/${name}`, import.meta.url)), 'utf8')]);

/// Those that no file of their own has: whatever begins as one in the tests that drive the program from outside.
export function writtenInTests() {
  return JSON.parse(execFileSync('python3', [fileURLToPath(new URL('queries.py', import.meta.url))], { encoding: 'utf8' }));
}
