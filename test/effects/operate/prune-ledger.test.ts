import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import type { Effect } from '../../../src/effects/once/effect.ts';
import { pruneLedger } from '../../../src/effects/operate/prune-ledger.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';

const ledger = temporaryLedger();
const dayMs = 24 * 60 * 60 * 1000;
const effects = [
  { name: 'charge', policy: 'payment', does: 'charge', retentionDays: 400 },
  { name: 'ticket', policy: 'ticket', does: 'open a ticket', retentionDays: 90 },
] as const;

/** A row that was settled so long ago. */
async function row(key: string, ageDays: number, end: 'succeeded' | 'failed' | 'unknown' | 'none') {
  const effect = key.slice(key.indexOf(':') + 1);
  const claim = await ledger().claim({
    key,
    effect,
    fingerprint: 'v1:x',
    request: '{}',
    leaseMs: 1,
  });
  assert.ok(claim);
  if (end === 'succeeded') await ledger().record(claim, '1');
  if (end === 'failed') await ledger().fail(claim, { type: 'EffectRefused', by: 'x' });
  if (end === 'unknown') await ledger().markUnknown(claim, { type: 'EffectUnknown', by: 'x' });
  await ledger().transaction((_, transaction) =>
    transaction
      .updateTable('holdfast_effect')
      .set(({ eb }) => ({ updated_at_ms: eb('updated_at_ms', '-', ageDays * dayMs) }))
      .where('key', '=', key)
      .execute(),
  );
}

test('only what is settled, old, past its retention, of this scope and forgotten by Temporal goes', async () => {
  await row('prod/gone:charge', 500, 'succeeded');
  await row('prod/gone:ticket', 500, 'failed');
  await row('prod/kept-by-retention:charge', 399, 'succeeded');
  await row('prod/past-its-retention:ticket', 101, 'succeeded');
  await row('prod/young:ticket', 99, 'succeeded');
  await row('prod/doubtful:charge', 500, 'unknown');
  await row('prod/unfinished:charge', 500, 'none');
  await row('prod/known:charge', 500, 'succeeded');
  await row('test/gone:charge', 500, 'succeeded');
  const asked: string[] = [];
  const options = {
    olderThanMs: 100 * dayMs,
    effects,
    scope: 'prod',
    workflowExists: async (id: string) => {
      asked.push(id);
      return id === 'known';
    },
  };
  const keys = async () =>
    (await ledger().operator.list({ limit: 50 })).map(({ key }) => key).sort();
  const before = await keys();
  const counted = await pruneLedger(ledger(), { ...options, dryRun: true });
  assert.deepEqual(counted, {
    removed: 3,
    keptForWorkflow: 1,
    attempts: 0,
    doubts: 0,
    dryRun: true,
  });
  assert.deepEqual(await keys(), before);
  const pruned = await pruneLedger(ledger(), { ...options, dryRun: false });
  assert.deepEqual(pruned, {
    removed: 3,
    keptForWorkflow: 1,
    attempts: 0,
    doubts: 0,
    dryRun: false,
  });
  assert.deepEqual(await keys(), [
    'prod/doubtful:charge',
    'prod/kept-by-retention:charge',
    'prod/known:charge',
    'prod/unfinished:charge',
    'prod/young:ticket',
    'test/gone:charge',
  ]);
  assert.deepEqual([...new Set(asked)].sort(), ['gone', 'known', 'past-its-retention']);
});

test('attempts, doubts and what an effect wrote go too, and young ones stay', async () => {
  const nowMs = Date.now();
  await ledger().transaction(async (_, transaction) => {
    for (const [id, ageDays] of [
      ['old', 101],
      ['young', 99],
    ] as const) {
      await sql`insert into holdfast_attempt (attempt_id, kind, workflow_id, run_id, request_id,
        step, attempt, provider, started_at_ms, sent, outcome) values (${id}, 'call', 'w', 'r', 'q',
        's', 1, 'p', ${nowMs - ageDays * dayMs}, 'yes', 'answered')`.execute(transaction);
    }
  });
  await ledger().operator.doubtOwners(['prune/old', 'prune/known'], nowMs - 101 * dayMs);
  await ledger().operator.doubtOwners(['prune/young'], nowMs - 99 * dayMs);
  await row('prune/old:note', 101, 'succeeded');
  const forgotten: string[] = [];
  const note = {
    name: 'note',
    way: 'same transaction',
    forget: async (key: string) => forgotten.push(key),
  };
  const options = {
    ...{ olderThanMs: 100 * dayMs, scope: 'prune' },
    effects: [{ name: 'note', policy: 'database', does: 'note', retentionDays: 1 }],
    declared: [note as unknown as Effect<unknown, unknown>],
    workflowExists: async (id: string) => id === 'known',
  };
  const expected = { removed: 1, keptForWorkflow: 0, attempts: 1, doubts: 1 };
  const counted = await pruneLedger(ledger(), { ...options, dryRun: true });
  assert.deepEqual(counted, { ...expected, dryRun: true });
  assert.deepEqual(forgotten, []);
  const pruned = await pruneLedger(ledger(), { ...options, dryRun: false });
  assert.deepEqual(pruned, { ...expected, dryRun: false });
  assert.deepEqual(forgotten, ['prune/old:note']);
  const { attempts, doubts } = await pruneLedger(ledger(), { ...options, dryRun: false });
  assert.deepEqual({ attempts, doubts }, { attempts: 0, doubts: 0 });
});
