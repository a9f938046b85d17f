/**
 * Holdfast's client: a library when it is imported, the command `holdfast` when it is run.
 *
 * ```ts
 * import { connect, startComplete } from './src/client.ts';
 *
 * const { client, close } = await connect();
 * const { handle } = await startComplete(
 *   client,
 *   {
 *     request: { model: 'openai:gpt-4o-mini', messages: [{ role: 'user', content: 'Say hello' }] },
 *   },
 *   { id: 'hello-1' },
 * );
 * console.log((await handle.result()).value);
 * await close();
 * ```
 */
import type * as library from './client/library.ts';

export { ClientError } from './client/client-error.ts';
export type * from './client/library.ts';

// The library loads Temporal's client, which takes longer than most commands: as a command, this
// file loads only what the command needs.
export const {
  approve,
  cancel,
  catalogue,
  connect,
  findFailure,
  fingerprintOf,
  idempotencyKeyFor,
  isCancelled,
  ledgerRestored,
  listEffects,
  listParked,
  listProviders,
  listRunning,
  pollStatuses,
  pruneEffects,
  reconcileEffects,
  resolveEffect,
  resolveOrderPolicies,
  resolvePolicies,
  resume,
  resumeAll,
  showEffect,
  startComplete,
  startOrder,
  workflowIdFor,
  workflowOutcome,
  workflowStatus,
} = import.meta.main ? ({} as typeof library) : await import('./client/library.ts');

if (import.meta.main) {
  const { runCli } = await import('./cli/run-cli.ts');
  await runCli(process.argv.slice(2));
}
