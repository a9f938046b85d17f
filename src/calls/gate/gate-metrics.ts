import type { MetricMeter } from '@temporalio/common';
import type { Gates } from './gates.ts';

const states = { free: 0, limited: 1, probing: 2, down: 3 } as const;

/**
 * Sets gauges from the gates, every few seconds: `holdfast_gate_state` (0 free, 1 limited,
 * 2 probing, 3 down), `_limit`, `_in_flight`, `_waiting` and `_rate` (requests a second, while
 * limited), each with the tag `model`.
 *
 * @param meter for example `Runtime.instance().metricMeter`.
 * @returns a function that ends it.
 */
export function recordGates(meter: MetricMeter, gates: Gates, everyMs = 5000): () => void {
  const state = meter.createGauge('holdfast_gate_state', 'int');
  const limit = meter.createGauge('holdfast_gate_limit', 'int');
  const inFlight = meter.createGauge('holdfast_gate_in_flight', 'int');
  const waiting = meter.createGauge('holdfast_gate_waiting', 'int');
  const rate = meter.createGauge('holdfast_gate_rate', 'float');
  const timer = setInterval(() => {
    for (const gate of gates.snapshot()) {
      const tags = { model: gate.model };
      state.set(states[gate.state], tags);
      limit.set(gate.limit, tags);
      inFlight.set(gate.inFlight, tags);
      waiting.set(gate.waiting, tags);
      if (gate.ratePerSecond !== undefined) rate.set(gate.ratePerSecond, tags);
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
