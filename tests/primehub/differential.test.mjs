/// Documents and variables that nobody would write: modelgate and the reference implementation agree on which of them are valid.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { getVariableValues, isEnumType, isInputObjectType, isLeafType, isListType, isNonNullType, getNamedType, parse, parseType, typeFromAST } from 'graphql';

import { documents, mistakesOf, ourMistakesOf, start } from './support.mjs';

const rounds = Number(process.env.MODELGATE_DIFFERENTIAL_ROUNDS ?? 3000);
const seed = Number(process.env.MODELGATE_DIFFERENTIAL_SEED ?? 20260131);

/// Source: mulberry32, by Tommy Ettinger.
function random(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/// Makes documents that are valid for the most part: now and then something is another thing than it should be.
class Author {
  constructor(schema, next, slips) {
    Object.assign(this, { schema, next, slips });
    this.fragments = new Map();
    this.variables = new Map();
  }

  one(items) {
    return items[Math.floor(this.next() * items.length)];
  }
  sometimes(share) {
    return this.next() < share;
  }
  slip() {
    return this.next() < this.slips;
  }

  document() {
    const kind = this.sometimes(0.8) ? 'query' : 'mutation';
    const root = kind === 'query' ? this.schema.getQueryType() : this.schema.getMutationType();
    const selections = this.selections(root, 4);
    const bodies = [];
    for (let at = 0; at < [...this.fragments].length; at++) {
      const [name, { type, body }] = [...this.fragments][at];
      bodies.push(`fragment ${name} on ${this.slip() ? this.anyType() : type.name} ${body}`);
    }
    if (this.slip()) bodies.push('fragment Unused on User { id }');
    if (this.slip() && this.fragments.size) bodies.push(`fragment ${[...this.fragments.keys()][0]} on User { id }`);
    let declared = [...this.variables].map(([name, { type, value }]) => `$${name}: ${type}${value ? ` = ${value}` : ''}`);
    if (this.slip()) declared.pop();
    if (this.slip()) declared.push(this.one(['$more: Int', '$more: [ID!]! = []', '$more: User', '$more: Nothing', '$more: String @skip(if: true)']));
    const head = `${kind}${this.sometimes(0.7) ? ' Asked' : ''}${declared.length ? ` (${declared.join(this.sometimes(0.5) ? ', ' : ' ')})` : ''}`;
    const directives = this.slip() ? ' @include(if: true)' : '';
    const other = this.slip() ? this.one([' query Asked { me { id } }', ' { me { id } }', ' query Other { me { id } }']) : '';
    const described = this.sometimes(0.1) ? this.one(['"what it is for" ', '"""what it is for""" ']) : '';
    return `${described}${head}${directives} ${selections}${other} ${bodies.map((each) => (this.sometimes(0.1) ? `"a part" ${each}` : each)).join(' ')}`;
  }

  anyType() {
    return this.one(['User', 'Group', 'PhDeployment', 'Pod', 'String', 'JSON', 'GroupWhereInput', 'SecretType', 'Nothing', '__Type']);
  }

  selections(type, depth) {
    const fields = Object.values(type.getFields());
    const chosen = [];
    const count = 1 + Math.floor(this.next() * 4);
    for (let i = 0; i < count; i++) {
      const sort = this.next();
      if (sort < 0.72 || depth === 0) chosen.push(this.field(this.one(fields), depth));
      else if (sort < 0.78) chosen.push(`__typename${this.directives()}`);
      else if (sort < 0.9) chosen.push(`...${this.sometimes(0.7) ? ` on ${this.slip() ? this.anyType() : type.name}` : ''}${this.directives()} ${this.selections(type, depth - 1)}`);
      else chosen.push(this.spread(type, depth));
    }
    const found = chosen.filter(Boolean);
    if (this.slip()) found.push(this.one(['nothing', 'id', 'name { id }', '__schema { types { name } }', 'status', '...Unknown', 'me']));
    if (found.length && this.sometimes(0.15)) found.push(this.turned(this.one(found)));
    return `{ ${found.length ? found.join(this.sometimes(0.3) ? ', ' : ' ') : '__typename'} }`;
  }

  /// The same again, or nearly: members of objects in another order, texts in other quotation marks.
  turned(text) {
    const other = text.replace(/\{(\w+: [^{}[\],]+), (\w+: [^{}[\],]+)\}/g, '{$2, $1}');
    return this.sometimes(0.3) ? other.replace(/"x"/g, '"""x"""') : other;
  }

  spread(type, depth) {
    const known = [...this.fragments].filter(([, each]) => this.slip() || (each.type === type && each.done));
    if (known.length && this.sometimes(0.6)) return `...${this.one(known)[0]}`;
    if (this.fragments.size > 5) return '__typename';
    const name = `F${this.fragments.size}`;
    const entry = { type, body: '', done: false };
    this.fragments.set(name, entry);
    entry.body = this.selections(type, Math.max(0, depth - 1));
    if (this.slip()) entry.body = entry.body.replace('{', `{ ...${this.one([...this.fragments.keys()])}`);
    entry.done = true;
    return `...${name}${this.directives()}`;
  }

  field(field, depth) {
    const named = getNamedType(field.type);
    const leaf = isLeafType(named);
    if (!leaf && depth <= 0) return '';
    const below = leaf === !this.slip() ? '' : ` ${leaf ? '{ id }' : this.selections(named, depth - 1)}`;
    const alias = this.sometimes(0.25) ? `${this.one(['a', 'b', 'id', 'name', 'c1'])}: ` : '';
    return `${alias}${field.name}${this.args(field)}${this.directives()}${below}`;
  }

  args(field) {
    const given = field.args.filter((each) => (isNonNullType(each.type) ? !this.slip() : this.sometimes(0.3))).map((each) => `${each.name}: ${this.value(each.type, 3, each.defaultValue !== undefined)}`);
    if (this.slip()) given.push(this.one(['nothing: 1', 'where: {}', 'first: 1', 'where: null', 'page: "x"']));
    return given.length ? `(${given.join(', ')})` : '';
  }

  directives() {
    if (!this.sometimes(0.06)) return '';
    const condition = this.sometimes(0.3) ? this.variable(this.schema.getType('Boolean'), true, false) : this.slip() ? this.one(['1', 'null', '"x"']) : 'true';
    const name = this.slip() ? this.one(['nothing', 'deprecated', 'specifiedBy']) : this.one(['skip', 'include']);
    const one = ` @${name}${this.slip() ? '' : `(if: ${condition})`}`;
    return this.slip() ? one + one : one;
  }

  /// Where a value of the type is expected.
  variable(type, nonNull, hasDefault) {
    const fitting = [...this.variables].filter(([, each]) => each.of === String(type) && (each.nonNull || !nonNull));
    if (fitting.length && this.sometimes(0.5)) return `$${this.one(fitting)[0]}`;
    if (this.slip() && this.variables.size) return `$${this.one([...this.variables.keys()])}`;
    if (this.slip()) return '$undeclared';
    const name = `v${this.variables.size}`;
    const strict = nonNull && (!hasDefault || this.sometimes(0.5)) && !this.slip();
    const value = this.sometimes(0.3) ? this.value(type, 0, false, true) : '';
    const wrong = this.slip() ? this.one([`[${type}]`, 'String', 'Int', 'ID']) : String(type);
    this.variables.set(name, { of: String(type), type: `${wrong}${strict ? '!' : ''}`, nonNull: strict, value });
    return `$${name}`;
  }

  value(type, depth, hasDefault, constant = false) {
    if (this.slip()) return this.one(['1', '-7', '1.5', '"text"', 'true', 'null', 'ENUM', 'kubernetes', '[]', '{}', '[[1]]', '{id: 1}', '3000000000', '1e3', '"""block"""']);
    const nonNull = isNonNullType(type);
    const plain = nonNull ? type.ofType : type;
    if (!constant && this.sometimes(0.25)) return this.variable(plain, nonNull, hasDefault);
    if (!nonNull && this.sometimes(0.1)) return 'null';
    if (isListType(plain)) {
      if (this.sometimes(0.2)) return this.value(plain.ofType, depth - 1, false, constant);
      return `[${Array.from({ length: Math.floor(this.next() * 3) }, () => this.value(plain.ofType, depth - 1, false, constant)).join(', ')}]`;
    }
    if (isInputObjectType(plain)) {
      const members = Object.values(plain.getFields())
        .filter((each) => (isNonNullType(each.type) ? !this.slip() : depth > 0 && this.sometimes(0.3)))
        .map((each) => `${each.name}: ${this.value(each.type, depth - 1, each.defaultValue !== undefined, constant)}`);
      if (this.slip()) members.push(this.one(['nothing: 1', 'id: 1', 'id: 2']));
      return `{${members.join(', ')}}`;
    }
    if (isEnumType(plain)) return this.one(plain.getValues()).name;
    const scalars = { Int: ['0', '-1', '2147483647'], Float: ['1', '-0.5', '1e10'], String: ['""', '"a \\u00e4"', '"""b\n c"""'], ID: ['"x"', '7'], Boolean: ['true', 'false'], JSON: ['1', '"x"', '[1, {a: null}]', '{b: {c: ENUM}}', 'ENUM'] };
    return this.one(scalars[plain.name]);
  }
}

/// A document with something in it changed, by somebody who does not know what it means.
function scribble(text, next) {
  const tokens = text.match(/"""[^]*?"""|"(?:[^"\\]|\\.)*"|\.\.\.|[\w$@]+|\s+|[^]/g) ?? [];
  const at = Math.floor(next() * tokens.length);
  const other = tokens[Math.floor(next() * tokens.length)];
  const how = next();
  if (how < 0.35) tokens.splice(at, 1);
  else if (how < 0.6) tokens.splice(at, 0, other);
  else if (how < 0.85) tokens[at] = other;
  else tokens[at] = ['{', '}', '(', ')', '$', '!', '"', '#', '\\', '\u0000', 'ä', '&', '|', '...', '0x', '1.', '@', ':', '=', '"""'][Math.floor(next() * 20)];
  return tokens.join('');
}

test('differential', async (t) => {
  const { ask, schema } = await start(t);
  let tooLarge = 0;
  const disagreement = async (text) => {
    const theirs = mistakesOf(schema, text);
    const own = await ourMistakesOf(ask, text);
    if (own === null) return tooLarge++ < rounds / 20 ? false : 'too many documents are beyond the bounds for this to say anything';
    return (theirs.length > 0) !== (own.length > 0) && `${text}\nthey say: ${JSON.stringify(theirs)}\nwe say: ${JSON.stringify(own)}`;
  };

  const play = async (count, make) => {
    const seen = { valid: 0, invalid: 0 };
    for (let i = 0; i < count; i++) {
      const next = random(seed + i);
      const text = make(next);
      const wrong = await disagreement(text);
      assert.equal(wrong, false, `seed ${seed + i}: ${wrong}`);
      seen[mistakesOf(schema, text).length ? 'invalid' : 'valid']++;
    }
    return seen;
  };

  await t.test('documents made up by the schema', async () => {
    const seen = await play(rounds, (next) => new Author(schema, next, next() < 0.5 ? 0 : 0.02).document());
    // Or the test would say nothing.
    assert.ok(seen.valid > rounds / 10 && seen.invalid > rounds / 10, JSON.stringify(seen));
  });

  await t.test('variables', async () => {
    const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType).map((each) => each.name);
    const scalars = ['Int', 'Float', 'String', 'ID', 'Boolean', 'JSON'];
    const seen = { taken: 0, refused: 0 };
    for (let i = 0; i < rounds / 2; i++) {
      const next = random(seed + i);
      const one = (items) => items[Math.floor(next() * items.length)];
      const wild = () =>
        one([1, -1, 0, 1.5, 1e3, 2147483648, -2147483649, 1e20, 123456789012345680000, 1e300, 'x', '', '5', true, false, null, [], {}, [1], [[1]], [null], { id: 'x' }, { id: 1 }, { name: 'a' }, { set: [{ operator: 'x' }] }, { connect: [{ id: 1 }] }]);
      const value = (type, depth) => {
        if (next() < 0.05) return wild();
        if (isNonNullType(type)) return value(type.ofType, depth);
        if (next() < 0.08) return null;
        if (isListType(type)) return next() < 0.2 ? value(type.ofType, depth - 1) : Array.from({ length: Math.floor(next() * 3) }, () => value(type.ofType, depth - 1));
        if (isEnumType(type)) return one(type.getValues()).name;
        if (isInputObjectType(type)) {
          const members = {};
          for (const field of Object.values(type.getFields())) {
            if (isNonNullType(field.type) ? next() < 0.95 : depth > 0 && next() < 0.4) members[field.name] = value(field.type, depth - 1);
          }
          if (next() < 0.05) members[one(['zzz', 'id', 'Name', ''])] = 1;
          return members;
        }
        const plain = { Int: [0, 1, -5, 2147483647, -2147483648], Float: [0, 1.5, 1e300, -2], String: ['', 'a', 'ä😀'], ID: ['x', 7, '', -3, 9007199254740991, 1e20, 1e21], Boolean: [true, false] }[type.name];
        return plain ? one(plain) : wild();
      };
      let type = one(next() < 0.7 ? inputs : scalars);
      if (next() < 0.3) type = `[${type}${next() < 0.4 ? '!' : ''}]`;
      if (next() < 0.2) type = `[${type}]`;
      if (next() < 0.4) type += '!';
      // Where anything may stand; there is no such deployment.
      const query = `mutation ($it: ${type}) { updatePhDeployment(where: {id: "there-is-none"}, data: {metadata: {a: $it}}) { id } }`;
      const document = parse(query);
      assert.deepEqual(mistakesOf(schema, query), []);
      const variables = next() < 0.9 ? { it: value(typeFromAST(schema, parseType(type)), 3) } : {};
      const theirs = getVariableValues(schema, document.definitions[0].variableDefinitions, JSON.parse(JSON.stringify(variables))).errors ?? [];
      const own = ((await ask(query, variables)).errors ?? []).filter((each) => each.message.startsWith('Variable "$'));
      assert.equal(own.length > 0, theirs.length > 0, `seed ${seed + i}: ${type} ${JSON.stringify(variables)}\nthey say: ${theirs.map(String)}\nwe say: ${JSON.stringify(own)}`);
      seen[own.length ? 'refused' : 'taken']++;
    }
    assert.ok(seen.taken > rounds / 20 && seen.refused > rounds / 20, JSON.stringify(seen));
  });

  await t.test('documents of clients, scribbled on', async () => {
    const seen = await play(rounds, (next) => {
      let text = documents[Math.floor(next() * documents.length)][1];
      for (let i = 0; i <= next() * 3; i++) text = scribble(text, next);
      return text;
    });
    assert.ok(seen.valid > rounds / 50 && seen.invalid > rounds / 4, JSON.stringify(seen));
  });
});
