/** The workflows of the library itself; a worker serves them beside those of its application. */
export { batch } from './batch.ts';
export { complete } from './complete.ts';
export { heldCall } from './elsewhere.ts';
export { forward } from './forward.ts';
export {
  holdProvider,
  ledgerRestored,
  listEffects,
  pruneEffects,
  readHealth,
  readProviders,
  readRecords,
  reconcileEffects,
  releaseProvider,
  resolveEffect,
  showEffect,
} from './ledger-activity.ts';
export { readPolicies } from './read-rules.ts';
