import type { DatabaseLocation } from '../../src/database/open-database.ts';
import type { Point } from './cells.ts';

/** All that the crash worker is told, as JSON in one variable. */
export interface WorkerSettings {
  readonly temporal: { readonly address: string; readonly namespace: string };
  /** Where the harness listens for points that were reached. */
  readonly breakpoints: string;
  readonly ledger: DatabaseLocation;
  /**
   * The ledger of each point's saves. A transaction that stands still holds SQLite's one write lock:
   * each gets a file of its own.
   */
  readonly saves: Partial<Record<Point, DatabaseLocation>>;
  readonly stripe: { readonly secretKey: string; readonly baseUrl: string };
  readonly github: {
    readonly token: string;
    readonly repository: string;
    readonly baseUrl: string;
  };
  readonly resend: { readonly apiKey: string; readonly from: string; readonly baseUrl: string };
  readonly webhook: { readonly url: string };
  /** The bundle of the test's own workflow. */
  readonly bundle: string;
}

/** The variable that holds {@link WorkerSettings}. */
export const settingsVariable = 'HOLDFAST_CRASH_WORKER';
/** The queue of the real workers; their effects queue serves the effects. */
export const realQueue = 'crash';
/** The queue of the test's own workflow. */
export const cellsQueue = 'crash-cells';
/** The scope of all keys. */
export const scope = 'crash';
/** The activity that saves at a point. */
export const saveAt = (point: string) => `save-${point.replaceAll(' ', '-')}`;
