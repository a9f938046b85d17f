import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetricMeter, MetricTags } from '@temporalio/common';
import { recordGates } from '../../../src/calls/gate/gate-metrics.ts';
import { createGates } from '../../../src/calls/gate/gates.ts';

test('each gate is a set of gauges', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const seen: [string, number, MetricTags | undefined][] = [];
  const meter = {
    createGauge: (name: string) => ({
      set: (value: number, tags?: MetricTags) => void seen.push([name, value, tags]),
    }),
  } as unknown as MetricMeter;
  const gates = createGates();
  await gates.enter({
    model: 'openai:gpt-4o-mini',
    fairnessKey: '',
    tokens: 1,
    capMs: 1000,
    signal: new AbortController().signal,
  });
  const stop = recordGates(meter, gates);
  t.mock.timers.tick(5000);
  const tags = { model: 'openai:gpt-4o-mini' };
  assert.deepEqual(seen, [
    ['holdfast_gate_state', 0, tags],
    ['holdfast_gate_limit', 20, tags],
    ['holdfast_gate_in_flight', 1, tags],
    ['holdfast_gate_waiting', 0, tags],
  ]);
  stop();
  t.mock.timers.tick(5000);
  assert.equal(seen.length, 4);
});
