import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createGates, type Gates } from '../../src/calls/gate/gates.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { type OrderWorld, startOrderWorld } from '../support/order-world.ts';
import { until } from '../support/until.ts';
import { runHoldfast, startHoldfast } from './run-holdfast.ts';

const model = 'openai:gpt-4o-mini';

/** Gates that are down until they open: what asks for a large answer waits there, others are sent back. */
function downUntilOpen(opened: Promise<void>): Gates {
  let isOpen = false;
  void opened.then(() => {
    isOpen = true;
  });
  return {
    ...createGates(),
    async enter(entry) {
      const held = { gate: model, reason: 'is down' };
      const isPatient = entry.tokens > 5000;
      if (!isOpen && !isPatient) return { kind: 'deferred', delayMs: 90_000, held };
      entry.waits?.({ ...held, untilMs: Date.now() + 90_000 });
      await opened;
      return { kind: 'go', pass: { ended() {} } };
    },
  };
}

describe('a call that is held, at a terminal', () => {
  let world: OrderWorld;
  let open = () => {};
  const holdfast = (...args: string[]) =>
    runHoldfast(args, { env: { TEMPORAL_ADDRESS: world.address } });
  const isHeld = (id: string) =>
    until(async () => (await workflowStatus(world.client, id)).held?.[0]);

  before(async () => {
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    world = await startOrderWorld({
      gates: downUntilOpen(opened),
      model: { answer: () => 'hello' },
    });
    await holdfast('start', 'complete', 'Say hello', '--id', 'asleep-1');
    const patient = ['model.maximumOutputTokens=9000', 'model.heartbeatTimeoutMs=1500'];
    await holdfast(
      ...['start', 'complete', 'Say hello', '--id', 'waits-1'],
      ...patient.flatMap((change) => ['--set', change]),
    );
    await isHeld('asleep-1');
    await isHeld('waits-1');
  });
  after(async () => {
    open();
    await world.stop();
  });

  test('status says by which gate, why, for how long and until when, asleep or waiting', async () => {
    for (const id of ['asleep-1', 'waits-1']) {
      const { exitCode, stdout } = await holdfast('status', id);
      assert.equal(exitCode, 0);
      assert.match(stdout, new RegExp(`^${id} {2}held$`, 'm'));
      assert.match(stdout, /^ {2}attempt {4}1\/8$/m);
      assert.match(
        stdout,
        /^ {2}held {7}complete: openai:gpt-4o-mini is down, for \d+(\.\d)? m?s, next in (1 min \d+|\d+\.\d) s$/m,
      );
    }
    const { stdout } = await holdfast('status', 'asleep-1', '--json');
    const [{ untilMs, sinceMs, ...held }] = JSON.parse(stdout).held;
    assert.deepEqual(held, { step: 'complete', gate: model, reason: 'is down' });
    assert.equal(untilMs - sinceMs, 90_000);
  });

  test('watch shows the state and the reason, a line for each', async () => {
    const watching = startHoldfast(['watch'], { env: { TEMPORAL_ADDRESS: world.address } });
    const lines: string[] = [];
    for await (const line of watching) {
      lines.push(line);
      if (lines.length === 2) watching.kill();
    }
    for (const id of ['asleep-1', 'waits-1']) {
      const line = lines.find((each) => each.includes(` ${id} `)) ?? '';
      assert.match(line, /held: complete, attempt 1\/8, openai:gpt-4o-mini is down, for /);
    }
  });

  test('whoever waits for the result is told, and gets it when the gate opens', async () => {
    const waiting = startHoldfast(['result', 'waits-1'], {
      env: { TEMPORAL_ADDRESS: world.address },
    });
    const [line] = (await waiting.stderr?.take(1).toArray()) ?? [];
    assert.match(
      `${line}`,
      /^\d\d:\d\d:\d\d waits-1 held: complete, attempt 1\/8, openai:gpt-4o-mini is down, for /,
    );
    open();
    const { exitCode, stdout } = await waiting;
    assert.deepEqual([exitCode, stdout], [0, 'hello']);
  });

  test('the server lists a call that sleeps for over a minute, and wakes it on a signal', async () => {
    const query = 'HoldfastState = "held"';
    const [listed] = await until(async () => {
      const found = await Array.fromAsync(world.client.workflow.list({ query }));
      return found.length > 0 ? found : undefined;
    });
    assert.equal(listed?.workflowId, 'asleep-1');
    const { memo: listedMemo = {} } = listed ?? {};
    const [held] = listedMemo.holdfastHeld as [{ step: string; gate: string }];
    assert.deepEqual([held.step, held.gate], ['complete', model]);
    assert.equal((await holdfast('parked')).stdout, '');
    await world.client.workflow.getHandle('asleep-1').signal('wakeHeld');
    assert.equal((await holdfast('result', 'asleep-1')).stdout, 'hello');
    const { typedSearchAttributes, memo } = await world.client.workflow
      .getHandle('asleep-1')
      .describe();
    assert.match(JSON.stringify(typedSearchAttributes), /running/);
    assert.equal(memo?.holdfastHeld ?? null, null);
  });
});
