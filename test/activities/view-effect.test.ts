import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cursorOf, filterFrom } from '../../src/activities/view-effect.ts';

test('a page goes on after the row that its cursor names', () => {
  const row = { updatedAtMs: 1_700_000_000_000, key: 'prod/order-1042:charge#2' };
  assert.equal(cursorOf(row), 'v2/1700000000000/prod/order-1042:charge#2');
  assert.deepEqual(filterFrom({ after: cursorOf(row) }, 'prod'), {
    keyPrefix: 'prod/',
    after: row,
  });
});

for (const [what, after] of [
  ['of the version before', '1700000000000/2/prod/order-1042:charge'],
  ['of no version', 'nonsense'],
  ['without anything in it', ''],
] as const) {
  test(`a cursor ${what} is refused: another place, or the first page again, would be worse`, () => {
    assert.throws(() => filterFrom({ after }, 'prod'), {
      type: 'InvalidRequest',
      message: 'this worker has no such cursor: begin at the first page',
    });
  });
}

test('the rows of one workflow', () => {
  assert.deepEqual(filterFrom({ workflowId: 'order-1042', effect: 'charge' }, 'prod'), {
    keyPrefix: 'prod/order-1042:',
    effect: 'charge',
  });
});
