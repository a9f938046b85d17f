import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { createStripe } from '../../src/effects/targets/stripe/stripe-client.ts';
import { workflowIdFor } from '../../src/wire/identifiers.ts';
import { type OrderWorld, startOrderWorld } from '../support/order-world.ts';
import { resetToStart } from '../support/reset-to-start.ts';
import {
  customer,
  impatient,
  parkedOnFailure,
  startTestOrder,
} from '../support/start-test-order.ts';
import { type Away, answerOf, refusals } from './operator-refusals.ts';
import { runHoldfast } from './run-holdfast.ts';

const charge1 = 'default/order-1:charge';
/** Does not fit a key, and is hashed at the door. */
const oddId = 'order 3 (urgent)';

describe('the operator at a terminal', () => {
  let world: OrderWorld;
  const away: Away = { github: true, unpaid: false };
  let isGitHubRefusing = false;
  const holdfast = (...args: string[]) =>
    runHoldfast(args, { env: { TEMPORAL_ADDRESS: world.address } });
  const json = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await holdfast(...args, '--json');
    return { exitCode, value: JSON.parse(stdout || stderr) };
  };

  before(async () => {
    world = await startOrderWorld({
      model: { answer: answerOf },
      stripe: {
        faults({ method, idempotencyKey = '' }) {
          if (method !== 'POST') return { kind: 'pass' };
          if (idempotencyKey === charge1) return { kind: 'storedServerError', executed: false };
          const isAway = away.unpaid && idempotencyKey.includes('unpaid');
          return isAway ? { kind: 'status', status: 503 } : { kind: 'pass' };
        },
      },
      github: {
        faults: ({ method }) => {
          if (away.github) return { kind: 'status', status: 503 };
          const isRefused = isGitHubRefusing && method === 'POST';
          return isRefused ? { kind: 'status', status: 422, body: {} } : { kind: 'pass' };
        },
      },
    });
    await startTestOrder(world, 'order-1');
    await startTestOrder(world, 'order-2', { ticket: impatient });
    for (const id of ['order-1', 'order-2']) await parkedOnFailure(world, id);
  });
  after(() => world.stop());

  test('parked says why, since when, and the command', async () => {
    const { exitCode, stdout } = await holdfast('parked');
    assert.equal(exitCode, 0);
    const orders = stdout.split('\n\n').sort();
    assert.match(
      orders[0] ?? '',
      /^order-1 {2}EffectUnknown at charge\n {2}since {5}\d{4}-.*Z \(.*\)\n {2}why {7}500 EffectUnknown by stripe .*\n {2}to do {5}Look at the target .*\n {12}holdfast effects resolve default\/order-1:charge --happened/,
    );
    assert.match(
      orders[1] ?? '',
      /^order-2 {2}Overloaded at ticket\n[\s\S]*holdfast resume order-2/,
    );
    const { value } = await json('parked', '--type', 'EffectUnknown');
    assert.deepEqual(
      value.map((each: { workflowId: string }) => each.workflowId),
      ['order-1'],
    );
  });

  test('status shows the park and its command, and ends with 6', async () => {
    const { exitCode, stdout } = await holdfast('status', 'order-2');
    assert.equal(exitCode, 6);
    assert.match(stdout, /^order-2 {2}parked$/m);
    assert.match(stdout, /^ {2}waits for {2}Overloaded: 503 Overloaded by github/m);
    assert.match(stdout, /^ {2}answer {5}holdfast resume order-2$/m);
    assert.match(stdout, /^ {2}park {7}ticket\.1\.[0-9a-f]{8}$/m);
  });

  test('effects are listed and shown, without what customers wrote', async () => {
    const { stdout } = await holdfast('effects', '--workflow', 'order-1');
    assert.match(
      stdout,
      /^unknown {4}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}default\/order-1:charge {2}500 EffectUnknown/m,
    );
    assert.match(stdout, /^succeeded {2}.* {2}default\/order-1:save$/m);
    assert.doesNotMatch(stdout, /order-2/);
    const shown = await holdfast('effects', 'show', 'default/order-2:charge');
    assert.match(shown.stdout, /^default\/order-2:charge {2}succeeded$/m);
    assert.match(shown.stdout, /result {4}\{"chargeId":"pi_/);
    assert.doesNotMatch(shown.stdout, new RegExp(customer.paymentMethod));
    assert.equal((await holdfast('effects', 'show', 'default/none:charge')).exitCode, 4);
    assert.equal((await holdfast('effects', 'list', '--state', 'odd')).exitCode, 2);
    const { value } = await json('effects', '--effect', 'charge', '--limit', '1');
    assert.equal(value.effects.length, 1);
    const next = await json('effects', '--effect', 'charge', '--after', value.cursor);
    assert.equal(next.value.effects.length, 1);
  });

  test('mistakes are told in a sentence, with exit code 2', async () => {
    // biome-ignore format: a table is read by its columns
    const rows: [args: string[], message: RegExp][] = [
      [['resume'], /give one id, or --all/],
      [['resume', '--all'], /name the failure type, model or target of those to resume/],
      [['resume', 'order-2', '--skip', '--retry'], /exclude each other/],
      [['resume', 'order-2', '--park', 'ticket.9.00000000'], /the answer is for ticket\.9\.00000000/],
      [['resume', 'order-2', '--set', 'ticket.maximumAttempts=-1'], /ticket\.maximumAttempts/],
      [['effects', 'resolve', charge1], /say one: --happened/],
      [['effects', 'resolve', charge1, '--happened', '--result', '{'], /not JSON/],
      [['effects', 'prune', '--older-than', 'long'], /an age is written/],
      [['effects', 'restored', '--backup-time', '2026-11-25 02:00'], /a time is written with its zone/],
      [['effects', 'restored', '--backup-time', '2126-01-01T00:00Z'], /is in the future/],
    ];
    for (const [args, message] of rows) {
      const { exitCode, stderr } = await holdfast(...args);
      assert.match(stderr, message);
      assert.equal(exitCode, 2, args.join(' '));
    }
  });

  test('a ledger that does not answer is told as such, with exit code 3', async () => {
    const database = new DatabaseSync(world.ledgerFile);
    database.exec('alter table holdfast_effect rename to away');
    const commands = [
      ['effects'],
      ['effects', 'show', charge1],
      ['effects', 'resolve', charge1, '--did-not-happen'],
    ];
    const runs = await Promise.all(commands.map((args) => json(...args)));
    database.exec('alter table away rename to holdfast_effect');
    database.close();
    assert.deepEqual(
      runs.map(({ exitCode, value }) => [exitCode, value.error.kind, value.error.message]),
      commands.map(() => [3, 'ServerError', 'ServerError by database (SQLITE_1)']),
    );
  });

  test('resolve and resume let both orders finish', async () => {
    const resolved = await holdfast('effects', 'resolve', charge1, '--did-not-happen');
    assert.match(
      resolved.stdout,
      /^default\/order-1:charge#2 is released, resolved by .+@.+; order-1 goes on$/,
    );
    away.github = false;
    const resumed = await holdfast('resume', '--all', '--type', 'Overloaded');
    assert.equal(resumed.exitCode, 0, resumed.stderr);
    assert.match(resumed.stdout, /^order-2 goes on at ticket$/m);
    for (const id of ['order-1', 'order-2']) {
      assert.equal((await holdfast('result', id)).exitCode, 0);
    }
    assert.deepEqual(await world.counts(), { rows: 2, charges: 2, tickets: 2 });
    assert.match((await holdfast('parked')).stderr, /Nothing in default waits for a person/);
    const status = await holdfast('status', 'order-2');
    assert.match(status.stdout, /^ {2}answered {3}\S+Z Overloaded at ticket: retry by .+@.+$/m);
  });

  test('a ticket that GitHub refused for good is done anew by the command that parked shows', async () => {
    isGitHubRefusing = true;
    await startTestOrder(world, oddId);
    const { type } = await parkedOnFailure(world, oddId);
    assert.equal(type, 'EffectRefused');
    isGitHubRefusing = false;
    const { stdout } = await holdfast('status', oddId);
    assert.match(
      stdout,
      /^ {2}to do {6}Cure the cause at the target, then resolve it: it is done anew\. Or skip the step\.$/m,
    );
    const [, key, ways] = /^ {2}answer {5}holdfast effects resolve (\S+) (.+)$/m.exec(stdout) ?? [];
    assert.deepEqual(
      [key, ways],
      [`default/${workflowIdFor(oddId)}:ticket`, '--did-not-happen | --give-up'],
    );
    const resolved = await holdfast('effects', 'resolve', `${key}`, '--did-not-happen');
    assert.equal(resolved.exitCode, 0, resolved.stderr);
    const { exitCode, value } = await json('result', oddId);
    assert.equal(exitCode, 0);
    assert.equal(value.result.ticket.ticketNumber, 3);
  });

  test('--workflow takes the id as it was given to the start', async () => {
    const { value } = await json('effects', '--workflow', oddId);
    assert.deepEqual(value.effects.map(({ effect }: { effect: string }) => effect).sort(), [
      'charge',
      'save',
      'ticket',
      'ticket',
    ]);
  });

  test('reconcile finds what was planted, both ways', async () => {
    const clean = await holdfast('effects', 'reconcile');
    assert.equal(clean.exitCode, 0, clean.stdout);
    assert.match(
      clean.stdout,
      /^charge: 4 in the ledger, 3 at the target\nticket: 4 in the ledger, 3 at the target\n[\s\S]*No difference\.$/,
    );

    const { secretKey, origin } = world.sandbox.stripe;
    const planted = await createStripe({ secretKey, baseUrl: origin }).paymentIntents.create({
      amount: 500,
      currency: 'eur',
      customer: customer.id,
      payment_method: customer.paymentMethod,
      confirm: true,
      off_session: true,
      metadata: { holdfast_key: 'default/nobody:charge' },
    });
    const database = new DatabaseSync(world.ledgerFile);
    database.exec(
      `update holdfast_effect set result = '{"chargeId":"pi_gone","amountMinor":1200,"currency":"eur"}'
       where key = 'default/order-2:charge'`,
    );
    database.exec(
      `update holdfast_effect set state = 'unknown' where key = 'default/order-1:ticket'`,
    );
    database.close();
    const { exitCode, value } = await json('effects', 'reconcile', '--since', '1h');
    assert.equal(exitCode, 1);
    const found = value.differences.map(({ kind, key, id }: Record<string, string>) => [
      kind,
      key,
      id,
    ]);
    assert.deepEqual(found.sort(), [
      [
        'happened',
        'default/order-1:ticket',
        found.find(([kind]: string[]) => kind === 'happened')?.[2],
      ],
      ['missing at the target', 'default/order-2:charge', 'pi_gone'],
      ['not in the ledger', undefined, planted.id],
    ]);
  });

  test('prune keeps what Temporal still knows and what is young', async () => {
    const { value } = await json('effects', 'prune', '--older-than', '1d');
    assert.deepEqual(value, {
      removed: 0,
      keptForWorkflow: 0,
      attempts: 0,
      doubts: 0,
      dryRun: false,
    });
    const database = new DatabaseSync(world.ledgerFile);
    database.exec(`update holdfast_effect set updated_at_ms = updated_at_ms - 500 * 86400000`);
    database.close();
    const old = await json('effects', 'prune', '--older-than', '1d', '--dry-run');
    assert.deepEqual(old.value, {
      removed: 0,
      keptForWorkflow: 10,
      attempts: 0,
      doubts: 0,
      dryRun: true,
    });
  });

  test('after a restore, what the ledger has forgotten is found at the target and not done again', async () => {
    const { value } = await json('result', 'order-2');
    const { charge, ticket } = value.result;
    const before = await world.counts();
    const database = new DatabaseSync(world.ledgerFile);
    for (const table of ['holdfast_effect', 'holdfast_order']) {
      database.exec(`delete from ${table} where key like 'default/order-2:%'`);
    }
    database.close();
    world.sandbox.stripe.forgetIdempotencyKeys();
    const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000).toISOString();
    const restored = await json('effects', 'restored', '--backup-time', twoDaysAgo);
    assert.equal(restored.exitCode, 0);
    assert.equal(restored.value.backupTime, twoDaysAgo);
    assert.ok(restored.value.workflows >= 3, 'the three orders, and what asked the ledger');

    const again = await resetToStart(world.client, 'order-2');
    assert.deepEqual([again.charge, again.ticket], [charge, ticket]);
    assert.deepEqual(await world.counts(), before);
    assert.match((await holdfast('effects', 'show', 'default/order-2:charge')).stdout, /in doubt/);

    await (await startTestOrder(world, 'order-4')).handle.result();
    const later = await holdfast('effects', 'show', 'default/order-4:charge');
    assert.match(later.stdout, /^default\/order-4:charge {2}succeeded$/m);
    assert.doesNotMatch(later.stdout, /in doubt/);
  });

  refusals(() => world, away);
});
