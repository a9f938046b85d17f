import { ledgerActivity } from './ledger-activity.ts';

/** What persons hold, and how the gates of all workers stand, for `holdfast providers`. */
export const readProviders = ledgerActivity('readGates', 'providers');

/** Has all workers send nothing to a provider, for `holdfast providers hold`. */
export const holdProvider = ledgerActivity('holdProvider', 'hold a provider');

/** Takes that back. */
export const releaseProvider = ledgerActivity('releaseProvider', 'release a provider');
