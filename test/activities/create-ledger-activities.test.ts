import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { createLedgerActivities } from '../../src/activities/create-ledger-activities.ts';
import { runOnce } from '../../src/effects/once/run-once.ts';
import { fails, scripted } from '../effects/once/scripted-effect.ts';
import { temporaryLedger } from '../effects/once/temporary-ledger.ts';

const ledger = temporaryLedger();

test('a verdict on an effect whose name holds a generation settles none', async () => {
  const { effect } = scripted('at most once', [fails('in doubt', 'Timeout')]);
  const place = { scope: 'test', workflowId: 'order-1', step: 'x' };
  await assert.rejects(runOnce(ledger(), effect, place, { to: 'ada' }), /EffectUnknown/);
  const activities = createLedgerActivities(
    { send: effect },
    {
      ledger: ledger(),
      scope: 'test',
      log: pino({ level: 'silent' }),
      random: () => 0.5,
      effectList: [],
    },
  );
  const resolve = (effectName: string) =>
    new MockActivityEnvironment().run(activities.resolveEffect, {
      workflowId: 'order-1',
      effect: effectName,
      verdict: { kind: 'give up' } as const,
      resolvedBy: 'ada',
    });
  for (const name of ['send#1', 'send.x#2', 'send.a:b']) {
    await assert.rejects(resolve(name), { type: /^(InvalidRequest)$/ }, name);
  }
  const key = 'test/order-1:send.x';
  assert.equal((await ledger().read({ key }))?.state, 'unknown');
  assert.deepEqual(await resolve('send.x'), { key, state: 'failed' });
});
