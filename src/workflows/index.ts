/** Everything a worker serves as workflows; the bundle's entry. */
export { complete } from './complete.ts';
export {
  ledgerRestored,
  listEffects,
  pruneEffects,
  reconcileEffects,
  resolveEffect,
  showEffect,
} from './operate-ledger.ts';
export { processOrder } from './process-order.ts';
export { readProviders, readRecords } from './read-records.ts';
