import type { LedgerActivities } from '../activities/create-ledger-activities.ts';
import { ledgerActivities as ledger } from './ledger-activities.ts';

/** A page of the ledger, for `holdfast effects`. */
export const listEffects: LedgerActivities['listEffects'] = (filter) =>
  ledger('list effects').listEffects(filter);

/** All generations of one effect, for `holdfast effects show`. */
export const showEffect: LedgerActivities['showEffect'] = (key) =>
  ledger('show an effect').showEffect(key);

/** Settles an effect whose own workflow is gone. */
export const resolveEffect: LedgerActivities['resolveEffect'] = (request) =>
  ledger(`resolve ${request.effect}`).resolveEffect(request);

/** Compares the ledger with the targets, both ways. */
export const reconcileEffects: LedgerActivities['reconcileEffects'] = (sinceMs) =>
  ledger('reconcile', true).reconcileEffects(sinceMs);

/** Removes rows that cannot be needed any more. */
export const pruneEffects: LedgerActivities['pruneEffects'] = (request) =>
  ledger('prune', true).pruneEffects(request);

/** Puts in doubt what a ledger from a backup may have forgotten. */
export const ledgerRestored: LedgerActivities['ledgerRestored'] = (backupAtMs) =>
  ledger('restored', true).ledgerRestored(backupAtMs);
