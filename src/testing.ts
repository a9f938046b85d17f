/**
 * Tests of workflows in seconds: skipped time, a model that answers what the test says, targets
 * doubled. Everything between, retries, repairs, ledger, is what a worker runs.
 *
 * ```ts
 * await using world = await testWorld({
 *   app,
 *   workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
 *   model: [rateLimited('2m'), answers({ summary: 'broken lamp', urgency: 'high' })],
 *   effects: { notify: () => ({ ok: true }) },
 * });
 * const saved = await world.run<typeof triage>('triage', ticket, { id: 'T-1' });
 * assert.equal(world.requests.length, 2);
 * ```
 */
export type { DoneEffect, Double, Doubles } from './testing/double-effects.ts';
export {
  answers,
  type FailedStep,
  fails,
  invalid,
  type Model,
  type ModelAsked,
  type ModelStep,
  overloaded,
  rateLimited,
  timesOut,
} from './testing/model-script.ts';
export { type History, type ReplayOptions, replay } from './testing/replay.ts';
export { type TestWorld, type TestWorldOptions, testWorld } from './testing/test-world.ts';
