import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { startPostgres } from '../../dev/servers/postgres.ts';
import { resume } from '../../src/client/resume.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { startOrderWorld } from '../support/order-world.ts';
import {
  impatient,
  oneLamp,
  parkedOnFailure,
  startTestOrder,
} from '../support/start-test-order.ts';
import { until } from '../support/until.ts';

test('while the database is read-only an order waits; it goes on by itself, or after a resume', async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const world = await startOrderWorld({
    databaseUrl: postgres.url,
    model: { answer: () => oneLamp },
  });
  t.after(world.stop);
  await allSessions(postgres.url, 'read-only');

  const patient = await startTestOrder(world, 'order-1', {
    database: { initialIntervalMs: 100, maximumIntervalMs: 200, maximumAttempts: 0 },
  });
  const hasty = await startTestOrder(world, 'order-2', { database: impatient });
  const failure = await until(async () => {
    const { pending } = await workflowStatus(world.client, 'order-1');
    return pending.find(({ activity }) => activity === 'save')?.lastFailure;
  });
  assert.equal(failure.type, 'ServerError');
  assert.match(
    failure.message,
    /by database \(the database is read-only, 25006\): attempt \d+, which is not counted, failed, /,
  );
  const parked = await parkedOnFailure(world, 'order-2');
  assert.deepEqual([parked.type, parked.step], ['ServerError', 'save']);
  assert.match(parked.reasons[0] ?? '', /the database is read-only, 25006/);
  assert.deepEqual(await world.counts(), { rows: 0, charges: 0, tickets: 0 });

  await allSessions(postgres.url, 'writable');
  await patient.handle.result();
  await resume(world.client, 'order-2');
  await hasty.handle.result();
  assert.deepEqual(await world.counts(), { rows: 2, charges: 2, tickets: 2 });
  assert.deepEqual(
    ['order-1/', 'order-2/'].map((id) => world.sandbox.model.requestsFor(id).length),
    [1, 1],
    'the model was not asked again',
  );
});

/** Sets it for every session there is and will be, as a server that becomes a standby, or stops being one. */
async function allSessions(url: string, state: 'read-only' | 'writable'): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const setting = `default_transaction_read_only = ${state === 'read-only' ? 'on' : 'off'}`;
  await client.query('set default_transaction_read_only = off');
  await client.query(`alter system set ${setting}`);
  await client.query('select pg_reload_conf()');
  await client.end();
}
