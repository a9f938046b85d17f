import type { LedgerRecord } from './ledger-record.ts';

/** What a worker says of itself, for `holdfast doctor`. Times are milliseconds since 1970. */
export interface WorkerHealth {
  /** Node's version. */
  readonly node: string;
  readonly ledger: LedgerRecord;
  /** Names of what can be started there; absent where a project's own worker serves by the plugin. */
  readonly workflows?: readonly string[];
  readonly scopes: readonly string[];
  /** Variables of providers' keys that it has. */
  readonly keys: readonly string[];
  readonly missingKeys: readonly MissingKey[];
  readonly nowMs: number;
  readonly databaseNowMs: number;
}

/** A key that the worker needs and has not. */
export interface MissingKey {
  readonly variable: string;
  /** The model that is asked with it, or the provider that the providers file names it for. */
  readonly neededBy: string;
}

/** The same, asked through Temporal. */
export interface DatedWorkerHealth extends WorkerHealth {
  /** The server's clock when it took the question. */
  readonly serverNowMs: number;
}
