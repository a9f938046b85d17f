import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  fieldValue,
  NotAnObject,
  spliced,
  topLevelFields,
} from '../../../src/calls/forward/top-level-fields.ts';

const bytes = (text: string) => Buffer.from(text);

test('a model is spliced out by position; a 64-bit seed, a duplicate key and blanks survive', () => {
  const body = bytes(
    '{ "seed" : 9223372036854775807,"a":1,"a":2 , "model" :  "openai:gpt-4o" ,"x":{"model":"in:side"} }',
  );
  const model = topLevelFields(body).find(({ name }) => name === 'model');
  assert.ok(model);
  assert.equal(
    Buffer.from(spliced(body, [{ ...model, text: '"gpt-4o"' }])).toString(),
    '{ "seed" : 9223372036854775807,"a":1,"a":2 , "model" :  "gpt-4o" ,"x":{"model":"in:side"} }',
  );
});

test('fields are read at the top level only, the last of two rules, escaped names are names', () => {
  const body = bytes(
    '\u{feff}{"stream":false,"m":[{"stream":true},"]}"],"str\\u0065am":true,"n":-1.5e3\n}\r\n',
  );
  const fields = topLevelFields(body);
  assert.deepEqual(
    fields.map(({ name }) => name),
    ['stream', 'm', 'stream', 'n'],
  );
  assert.equal(fieldValue(body, fields, 'stream'), true);
  assert.equal(fieldValue(body, fields, 'n'), -1500);
  assert.equal(fieldValue(body, fields, 'absent'), undefined);
});

for (const text of ['', ' ', '[]', '"a"', '{', '{"a"', '{"a":', '{"a":}', '{"a":1', '{"a":1,}']) {
  test(`no object: ${JSON.stringify(text)}`, () => {
    assert.throws(() => topLevelFields(bytes(text)), NotAnObject);
  });
}
for (const text of ['{"a":1}{"b":2}', '{"a":1} x', '{a:1}', '{"a":"unended}', '{"a":[1,2}']) {
  test(`no object: ${JSON.stringify(text)}`, () => {
    assert.throws(() => {
      const fields = topLevelFields(bytes(text));
      for (const { name } of fields) fieldValue(bytes(text), fields, name);
    }, NotAnObject);
  });
}

test('of whatever JSON.stringify writes, the fields are those that JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (value, indent) => {
      const body = bytes(JSON.stringify(value, null, indent));
      const fields = topLevelFields(body);
      const read = JSON.parse(body.toString());
      assert.deepEqual(
        fields.map(({ name }) => name),
        Object.keys(read),
      );
      for (const { name } of fields) assert.deepEqual(fieldValue(body, fields, name), read[name]);
    }),
  );
});
