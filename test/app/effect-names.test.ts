import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { createJournalActivities } from '../../src/activities/create-journal-activities.ts';
import { createLedgerActivities } from '../../src/activities/create-ledger-activities.ts';
import { createRulesActivity } from '../../src/activities/create-rules-activity.ts';
import { defineApp, inTransaction } from '../../src/app.ts';

const id = z.object({ id: z.string() });
const note = inTransaction({
  ...{ input: id, result: id },
  identity: (input) => input,
  run: async ({ input }) => input,
});

test("an effect has the name of none of Holdfast's own activities", () => {
  const names = [
    'callModel',
    ...Object.keys(createLedgerActivities({}, {} as never)),
    ...Object.keys(createJournalActivities({} as never)),
    ...Object.keys(createRulesActivity({ app: {}, scope: 'test', ledgerName: 'ledger' })),
  ];
  assert.ok(names.includes('resolveEffect'));
  for (const name of names) {
    assert.throws(() => defineApp({ effects: { [name]: note } }), {
      name: 'InvalidApp',
      message: `the effect ${name} has the name of one of Holdfast's own activities; give it another`,
    });
  }
});

test('nor a name that the language asks of any object', () => {
  assert.throws(() => defineApp({ effects: { toJSON: note } }), {
    message: 'toJSON is a name of the language; give it another',
  });
});
