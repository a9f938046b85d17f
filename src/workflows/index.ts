/** Everything a worker serves as workflows; the bundle's entry. */
export { complete } from '../durable/complete.ts';
export {
  ledgerRestored,
  listEffects,
  pruneEffects,
  reconcileEffects,
  resolveEffect,
  showEffect,
} from '../durable/operate-ledger.ts';
export { readProviders, readRecords } from '../durable/read-records.ts';
export { processOrder } from './process-order.ts';
