import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generateFiles } from '../../dev/write-schemas.ts';

const files = generateFiles();
for (const { path, content } of files) {
  test(`${path} is what dev/write-schemas.ts generates`, () => {
    const committed = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    // Not assert.equal: its diff of two whole files hides what to do.
    assert.ok(committed === content, `${path} is out of date; run: node dev/write-schemas.ts`);
  });
}

test('the policies schema describes the fields that a policies file may override', () => {
  const [schema] = files;
  const { properties, additionalProperties } = JSON.parse(schema?.content ?? '');
  assert.deepEqual(Object.keys(properties), [
    '$schema',
    'model',
    'database',
    'payment',
    'ticket',
    'message',
  ]);
  assert.equal(
    properties.model.properties.initialIntervalMs.description,
    'Delay before the second attempt, before jitter.',
  );
  assert.equal(properties.ticket.required, undefined);
  // An application's own policies have the fields of an effect's, and no others.
  assert.deepEqual(additionalProperties.properties, properties.ticket.properties);
  assert.equal(additionalProperties.additionalProperties, false);
});
