import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { TransactionEffect } from '../../../src/effects/once/effect.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import { temporaryLedger } from './temporary-ledger.ts';

const ledger = temporaryLedger();

for (const [name, run, kind, message] of [
  ['a bug', () => (undefined as unknown as string[]).join(), 'TypeError', /./],
  [
    'a result of another form',
    () => 7 as unknown as string,
    'AttemptError',
    /^ServerError by note \(its result does not fit its schema\)$/,
  ],
] as const) {
  test(`${name} in an effect's own code is told as what it is, and nothing is kept`, async () => {
    const effect: TransactionEffect<string, string> = {
      ...{ name: 'note', target: 'database', way: 'same transaction', ledger: ledger() },
      ...{ input: z.string(), result: z.string(), identity: (input) => input },
      run: async () => run(),
    };
    const place = { scope: 'test', workflowId: kind };
    await assert.rejects(runOnce(ledger(), effect, place, 'x'), { name: kind, message });
    assert.equal(await ledger().read({ key: `test/${kind}:note` }), undefined);
  });
}
