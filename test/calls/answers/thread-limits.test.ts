import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isTooMuch,
  nothingUsed,
  type Used,
  useMore,
} from '../../../src/calls/answers/thread-limits.ts';
import type { Phase } from '../../../src/calls/answers/thread-task.ts';

/** After how many ticks of 50 ms a task is ended, at most 1000. */
function endsAfter(phase: Phase, cpuMs: number, threads: number): number | undefined {
  let used: Used = nothingUsed;
  for (let tick = 1; tick <= 1000; tick += 1) {
    used = useMore(used, phase, { cpuMs, wallMs: 50, threads });
    if (isTooMuch(used)) return tick;
  }
  return undefined;
}

// biome-ignore format: a table is read by its columns
const cases: readonly (readonly [what: string, phase: Phase, cpuMs: number, threads: number, ends: number | undefined])[] = [
  ['a thread with a core of its own is ended after a second', 'checking', 50, 1, 21],
  ['what else the process does is not its second twice', 'checking', 200, 1, 21],
  ['one of four threads that share a core has four seconds', 'checking', 50, 4, 81],
  ['one that gets no core has ten', 'checking', 0, 1, 201],
  ['a file has five to be loaded', 'loading', 50, 1, 101],
  ['one that waits for something has ten', 'loading', 0, 1, 201],
  ['what no thread has begun may wait', 'waiting', 50, 1, undefined],
];
for (const [what, phase, cpuMs, threads, ends] of cases) {
  test(what, () => assert.equal(endsAfter(phase, cpuMs, threads), ends));
}

test('the time of loading is not that of judging', () => {
  const passed = { cpuMs: 900, wallMs: 900, threads: 1 };
  const loaded = useMore(nothingUsed, 'loading', passed);
  assert.deepEqual(useMore(loaded, 'checking', passed), {
    isLoading: false,
    cpuMs: 900,
    wallMs: 900,
  });
});
