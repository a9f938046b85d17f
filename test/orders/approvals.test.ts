import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hang } from '../../dev/sandbox/wire-fault.ts';
import { approve } from '../../src/client/approve.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { type OrderWorld, startOrderWorld } from '../support/order-world.ts';
import { startTestOrder } from '../support/start-test-order.ts';
import { until } from '../support/until.ts';

const large = JSON.stringify({
  items: [{ description: 'lamp', quantity: 1, unitPrice: '900.00' }],
  total: '900.00',
  currency: 'EUR',
});

function parked(world: OrderWorld, workflowId: string) {
  return until(async () => {
    const { progress } = await workflowStatus(world.client, workflowId);
    const park = progress?.parked?.[0];
    return park?.type === 'ApprovalRequired' ? park : undefined;
  });
}

test('an approval that names another amount than the order has is refused, and nothing is charged', async (t) => {
  const world = await startOrderWorld({ model: { answer: () => large } });
  t.after(world.stop);
  const { workflowId, handle } = await startTestOrder(world, 'order-1');
  const { fingerprint } = await parked(world, workflowId);
  const smaller = { fingerprint, answer: { amountMinor: 9000, currency: 'eur' } };
  await assert.rejects(approve(world.client, workflowId, smaller), {
    message: 'the approval names 90.00 EUR, the order is over 900.00 EUR',
  });
  assert.equal((await world.counts()).charges, 0);
  const same = { fingerprint, answer: { amountMinor: 90000, currency: 'eur' } };
  await approve(world.client, workflowId, same);
  assert.equal((await handle.result()).charge.amountMinor, 90000);
});

test('of two who approve at the same moment one decides, and the other is told what was decided', async (t) => {
  const ambiguous = large.replace('"total":"900.00"', '"total":"1.234"');
  const world = await startOrderWorld({ model: { answer: () => ambiguous } });
  t.after(world.stop);
  const { workflowId, handle } = await startTestOrder(world, 'order-1');
  const { fingerprint, amountNeeded } = await parked(world, workflowId);
  assert.equal(amountNeeded, true);
  const amounts = [123400, 123];
  const both = await Promise.allSettled(
    amounts.map((amountMinor) =>
      approve(world.client, workflowId, { fingerprint, answer: { amountMinor, currency: 'eur' } }),
    ),
  );
  const decided = both.findIndex(({ status }) => status === 'fulfilled');
  const [refused, ...others] = both.flatMap((each) =>
    each.status === 'rejected' ? [String(each.reason.message)] : [],
  );
  assert.deepEqual(others, []);
  assert.match(
    refused ?? '',
    new RegExp(`by ada@tests, with .*"amountMinor":${amounts[decided]}[,}]|is closed`),
  );
  assert.equal((await handle.result()).charge.amountMinor, amounts[decided]);
});

test('approvals that are none are refused at any time, and the order goes on', async (t) => {
  let hanging = true;
  const world = await startOrderWorld({
    model: { answer: () => large, faults: () => (hanging ? hang : { kind: 'pass' }) },
  });
  t.after(world.stop);
  const { workflowId, handle } = await startTestOrder(world, 'order-1', {
    model: { requestTimeoutMs: 2000 },
  });
  const early = [
    undefined,
    {},
    { fingerprint: 'v1:x', approvedBy: 'me', total: { amountMinor: 12.5, currency: 'usd' } },
    { fingerprint: 'v1:x', approvedBy: 'me', total: { amountMinor: 1200, currency: 'USD' } },
  ];
  for (const args of early) {
    await assert.rejects(handle.executeUpdate('approve', { args: [args] }), {
      name: 'WorkflowUpdateFailedError',
    });
  }
  hanging = false;
  const { fingerprint } = await parked(world, workflowId);
  await approve(world.client, workflowId, { fingerprint });
  assert.equal((await handle.result()).charge.amountMinor, 90000);
});
