import { ledgerActivity } from './ledger-activity.ts';

/** A page of the ledger, for `holdfast effects`. */
export const listEffects = ledgerActivity('listEffects', 'list effects');

/** All generations of one effect, for `holdfast effects show`. */
export const showEffect = ledgerActivity('showEffect', 'show an effect');

/** Settles an effect whose own workflow is gone. */
export const resolveEffect = ledgerActivity('resolveEffect', 'resolve an effect');

/** Compares the ledger with the targets, both ways. */
export const reconcileEffects = ledgerActivity('reconcileEffects', 'reconcile', true);

/** Removes rows that cannot be needed any more. */
export const pruneEffects = ledgerActivity('pruneEffects', 'prune', true);

/** Puts in doubt what a ledger from a backup may have forgotten. */
export const ledgerRestored = ledgerActivity('ledgerRestored', 'restored', true);
