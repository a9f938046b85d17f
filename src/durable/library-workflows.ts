/** The workflows of the library itself; a worker serves them beside those of its application. */
export { batch } from './batch.ts';
export { complete } from './complete.ts';
export { forward } from './forward.ts';
export { heldCall } from './held-call.ts';
export {
  ledgerRestored,
  listEffects,
  pruneEffects,
  reconcileEffects,
  resolveEffect,
  showEffect,
} from './operate-ledger.ts';
export { holdProvider, readProviders, releaseProvider } from './operate-providers.ts';
export { readHealth } from './read-health.ts';
export { readRecords } from './read-records.ts';
export { readPolicies } from './read-rules.ts';
