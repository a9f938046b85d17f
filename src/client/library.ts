/** The public client library: what `src/client.ts` exports. */
export { findFailure, isCancelled } from '../failures/find-failure.ts';
export { type ApproveOptions, approve } from '../orders/approve.ts';
export type * from '../orders/order.ts';
export { catalogue, type Policies, type PolicyName } from '../policies/catalogue.ts';
export { resolveOrderPolicies, resolvePolicies } from '../policies/resolve-policies.ts';
export type * from '../wire/complete-input.ts';
export { fingerprintOf, idempotencyKeyFor, workflowIdFor } from '../wire/identifiers.ts';
export type * from '../wire/ledger-operations.ts';
export type * from '../wire/model-call.ts';
export type * from '../wire/park-answers.ts';
export type * from '../wire/progress.ts';
export type * from '../wire/provider-gate.ts';
export { type CancelAnswer, cancel } from './cancel.ts';
export { ClientError, type ClientErrorKind } from './client-error.ts';
export type { ClosedOutcome, ClosingFailure } from './closed-outcome.ts';
export { type Connected, connect } from './connect.ts';
export {
  ledgerRestored,
  listEffects,
  pruneEffects,
  type ResolvedEffect,
  reconcileEffects,
  resolveEffect,
  showEffect,
} from './effects.ts';
export { listRunning } from './list.ts';
export { listParked, type ParkedFilter, type ParkedWorkflow } from './parked.ts';
export { type PollOptions, pollStatuses, type StatusRound } from './poll-statuses.ts';
export { listProviders } from './providers.ts';
export { type WorkflowOutcome, workflowOutcome } from './result.ts';
export { type Resumed, type ResumeOptions, resume, resumeAll } from './resume.ts';
export { type Started, type StartOptions, startComplete, startOrder } from './start.ts';
export { type PendingAttempt, type WorkflowStatus, workflowStatus } from './status.ts';
export type { LedgerPlace } from './through-worker.ts';
