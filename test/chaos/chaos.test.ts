import assert from 'node:assert/strict';
import { createServer, connect as dial } from 'node:net';
import { test } from 'node:test';
import { startCuttingProxy } from './cutting-proxy.ts';
import { runChaos, wholeRun } from './run-chaos.ts';
import { describeStep, type Step, scheduleOf } from './schedule.ts';

// A small part of it; all of it is `npm run test:chaos`.

// One worker, as none of it strikes a worker.
const small: readonly Step[] = [
  { atMs: 0, kind: 'start', order: 'order-1', needsApproval: false },
  { atMs: 0, kind: 'start', order: 'order-2', needsApproval: true },
  { atMs: 0, kind: 'start', order: 'order-3', needsApproval: false },
  { atMs: 300, kind: 'cut', wire: 'to Stripe', atByte: 700 },
  { atMs: 400, kind: 'kill', what: 'PostgreSQL', forMs: 500 },
  { atMs: 900, kind: 'cancel', order: 'order-3' },
];

test('three orders, a cut wire, a killed PostgreSQL, a cancellation: nothing twice, nothing lost', async () => {
  const count = await runChaos(1, { ...wholeRun, workers: 1 }, () => undefined, small);
  assert.deepEqual(count.wrong, []);
  assert.equal(count.orders, 3);
  assert.equal(count.completed + count.cancelled, 3);
  assert.ok(count.charges >= 2, 'those that nobody cancelled');
});

test('a seed says what happens: the same again, and another for another seed', () => {
  const lines = (seed: number) => scheduleOf(seed, wholeRun).map(describeStep);
  assert.deepEqual(lines(7), lines(7));
  assert.notDeepEqual(lines(7), lines(8));
  const starts = lines(7).filter((line) => line.includes(' start '));
  assert.equal(starts.length, 50);
});

test('a wire is cut at its byte: what comes before arrives, and nothing after', async (t) => {
  const received: Buffer[] = [];
  const closed = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.on('data', (bytes) => received.push(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => closed.resolve());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const proxy = await startCuttingProxy(address.port);
  t.after(async () => {
    await proxy.stop();
    server.close();
  });
  proxy.cutAt(5);
  const client = dial(proxy.port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write('one order');
  await closed.promise;
  assert.equal(Buffer.concat(received).toString(), 'one o');
  assert.equal(proxy.cuts(), 1);
});
