/**
 * Holdfast's client, as a library. The command is `holdfast.ts`.
 *
 * ```ts
 * import { connect, startComplete } from 'holdfast/client';
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

export { type ApproveOptions, approve } from './client/approve.ts';
export { type CancelAnswer, cancel } from './client/cancel.ts';
export { ClientError, type ClientErrorKind } from './client/client-error.ts';
export type { ClosedOutcome, ClosingFailure } from './client/closed-outcome.ts';
export type { Connected } from './client/connect.ts';
export {
  ledgerRestored,
  listEffects,
  pruneEffects,
  type ResolvedEffect,
  reconcileEffects,
  resolveEffect,
  showEffect,
} from './client/effects.ts';
export {
  type AnyWorkflow,
  connect,
  type Holdfast,
  type ResultOptions,
  type StartedWorkflow,
} from './client/open-client.ts';
export {
  listParked,
  listRunning,
  type ParkedFilter,
  type ParkedWorkflow,
} from './client/parked.ts';
export type { PendingAttempt } from './client/pending-attempts.ts';
export { type PollOptions, pollStatuses, type StatusRound } from './client/poll-statuses.ts';
export { holdProvider, listProviders, releaseProvider } from './client/providers.ts';
export { readCompleteRequest } from './client/read-request.ts';
export { type WorkflowOutcome, workflowOutcome } from './client/result.ts';
export { type Resumed, type ResumeOptions, resume, resumeAll } from './client/resume.ts';
export {
  type Started,
  type StartInput,
  type StartOptions,
  type StartWorkflowOptions,
  startComplete,
  startWorkflow,
  type WorkflowName,
} from './client/start.ts';
export { type WorkflowStatus, workflowStatus } from './client/status.ts';
export type { LedgerPlace } from './client/through-worker.ts';
export { listPolicies } from './client/through-worker.ts';
export { findFailure, isCancelled } from './failures/find-failure.ts';
export { catalogue, type Policies, type PolicyName } from './policies/catalogue.ts';
export {
  type AnyPolicyOverrides,
  type PolicyOverrides,
  resolvePolicies,
} from './policies/resolve-policies.ts';
export type * from './wire/call-options.ts';
export type * from './wire/complete-input.ts';
export { idempotencyKey } from './wire/idempotency-key.ts';
export { fingerprintOf, workflowIdFor } from './wire/identifiers.ts';
export type * from './wire/ledger-operations.ts';
export type * from './wire/message.ts';
export type * from './wire/model-call.ts';
export type * from './wire/park-answers.ts';
export type * from './wire/progress.ts';
export type * from './wire/provider-gate.ts';
