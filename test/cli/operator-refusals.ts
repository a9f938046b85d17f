import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { OrderWorld } from '../support/order-world.ts';
import {
  impatient,
  oneLamp,
  parkedOnFailure,
  startTestOrder,
} from '../support/start-test-order.ts';
import { until } from '../support/until.ts';
import { runHoldfast } from './run-holdfast.ts';

const aboveLimit = oneLamp.replaceAll('12.00', '900.00');

/** What the model makes of an order's email: the big ones need an approval. */
export const answerOf = ({ requestId = '' }: { readonly requestId?: string | undefined }) =>
  requestId.startsWith('big') ? aboveLimit : oneLamp;

/** What does not answer for the moment: GitHub, or Stripe for the order of that name. */
export interface Away {
  github: boolean;
  unpaid: boolean;
}

/** What a script relies on when a command cannot do all that it was asked: its exit code. */
export function refusals(worldNow: () => OrderWorld, away: Away): void {
  describe('a command that cannot do all of it', () => {
    let world: OrderWorld;
    let chargesBefore = 0;
    before(async () => {
      world = worldNow();
      chargesBefore = (await world.counts()).charges;
      Object.assign(away, { github: true, unpaid: true });
      const policies = { payment: impatient, ticket: impatient };
      for (const id of ['unpaid-1', 'paid-1', 'ended-1']) await startTestOrder(world, id, policies);
      for (const id of ['unpaid-1', 'paid-1', 'ended-1']) await parkedOnFailure(world, id);
    });

    const holdfast = (...args: string[]) =>
      runHoldfast(args, { env: { TEMPORAL_ADDRESS: world.address } });
    const listed = async () =>
      JSON.parse((await holdfast('parked', '--json')).stdout).map(
        ({ workflowId }: { workflowId: string }) => workflowId,
      );

    test('what was ended while it was parked waits for nobody, and is not resumed: 2', async () => {
      await world.client.workflow.getHandle('ended-1').terminate();
      await until(async () => !(await listed()).includes('ended-1') || undefined);
      const resumed = await holdfast('resume', 'ended-1');
      assert.deepEqual(
        [resumed.exitCode, resumed.stderr],
        [2, 'holdfast: ended-1 is closed (terminated)'],
      );
      const { stdout, exitCode } = await holdfast('status', 'ended-1');
      assert.equal(exitCode, 1);
      assert.doesNotMatch(stdout, /holdfast resume/);
      assert.equal((await holdfast('resume', 'nobody-1')).exitCode, 4);
    });

    test('resume --all goes through all of them, and ends with 1 where one refused', async () => {
      await until(async () => (await listed()).length === 2 || undefined);
      const { stdout, stderr, exitCode } = await holdfast(
        ...['resume', '--all', '--type', 'Overloaded', '--skip'],
      );
      assert.deepEqual(stdout.split('\n').sort(), [
        'paid-1 goes on at ticket',
        'unpaid-1 refused: the workflow cannot go on without the result of charge',
      ]);
      assert.match(stderr, /1 resumed, 1 refused/);
      assert.equal(exitCode, 1);
      assert.equal((await holdfast('result', 'paid-1')).exitCode, 0);
    });

    test('resume --all --of-target takes those of one target', async () => {
      const other = await holdfast('resume', '--all', '--of-target', 'github');
      assert.deepEqual([other.exitCode, other.stdout], [0, '']);
      Object.assign(away, { github: false, unpaid: false });
      const { stdout, exitCode } = await holdfast('resume', '--all', '--of-target', 'stripe');
      assert.deepEqual([exitCode, stdout], [0, 'unpaid-1 goes on at charge']);
      assert.equal((await holdfast('result', 'unpaid-1')).exitCode, 0);
    });

    test('of two approvals at once one is taken, and the other ends with 2 and says what was decided', async () => {
      await startTestOrder(world, 'big-1');
      const fingerprint = await until(async () => {
        const { stdout } = await holdfast('status', 'big-1');
        return /--fingerprint (\S+)/.exec(stdout)?.[1];
      });
      const approve = () => holdfast('approve', 'big-1', '--fingerprint', fingerprint);
      const both = await Promise.all([approve(), approve()]);
      assert.deepEqual(both.map(({ exitCode }) => exitCode).sort(), [0, 2]);
      const refused = both.find(({ exitCode }) => exitCode === 2);
      assert.match(
        refused?.stderr ?? '',
        /approved already by .+: that counts|is closed \(completed\)/,
      );
      assert.equal((await holdfast('result', 'big-1')).exitCode, 0);
      assert.equal((await world.counts()).charges - chargesBefore, 4);
    });

    test('a restore says which files belong to a SQLite ledger', async () => {
      const at = new Date().toISOString();
      const { stdout, exitCode } = await holdfast('effects', 'restored', '--backup-time', at);
      assert.equal(exitCode, 0);
      assert.match(stdout, /^SQLite: ledger\.db with its -wal and -shm, or neither of them/m);
    });
  });
}
