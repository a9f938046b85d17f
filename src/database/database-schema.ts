/** What became of an effect. */
export type RowState = 'started' | 'succeeded' | 'failed' | 'released' | 'unknown';

/** A row of the ledger. Times are milliseconds of the database's clock. */
export interface EffectTable {
  /** `<scope>/<workflow id>:<effect>`, without the generation. */
  key: string;
  generation: number;
  effect: string;
  fingerprint: string;
  /** JSON text of the exact request. */
  request: string;
  api_version: string | null;
  state: RowState;
  /** The fencing token of the latest claim. */
  token: number;
  /** 1 when an attempt before the latest claim may have done it. */
  in_doubt: number;
  first_sent_at_ms: number;
  /** When the latest claim was made. */
  claimed_at_ms: number;
  /** No other worker may claim before; the grace for a request under way is included. */
  lease_until_ms: number;
  /** How long a request of the latest claim may take; `null` in rows from before migration 005. */
  request_timeout_ms: number | null;
  /** JSON text of the result. */
  result: string | null;
  /** JSON text of the failure fields (`failed`, `unknown`). */
  failure: string | null;
  created_at_ms: number;
  updated_at_ms: number;
}

/** A workflow whose effects the ledger may not know, since it was restored from a backup. */
export interface DoubtTable {
  /** `<scope>/<workflow id>`: what its keys begin with. */
  owner: string;
  /** When the backup was made. */
  since_ms: number;
}

/**
 * An attempt of a call or effect, written once, when it ended or its worker was found dead; never
 * changed. `wire/recorded-attempt.ts` says what the fields mean. Times are milliseconds of the
 * worker's clock.
 */
export interface AttemptTable {
  attempt_id: string;
  kind: 'call' | 'effect';
  workflow_id: string;
  run_id: string;
  request_id: string;
  step: string;
  attempt: number;
  model: string | null;
  provider: string;
  started_at_ms: number;
  sent: 'yes' | 'no' | 'unknown';
  sent_at_ms: number | null;
  finished_at_ms: number | null;
  outcome: string;
  reason: string | null;
  status: number | null;
  provider_request_id: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  /** A decimal string. */
  cost: string | null;
  currency: string | null;
  retry_after_ms: number | null;
  delay_ms: number | null;
  delay_source: 'policy' | 'Retry-After' | 'gate' | 'probe' | null;
  stopped: string | null;
  held_ms: number | null;
  billing: 'billed' | 'possibly billed' | 'not billed' | null;
}

/** The latest state of a worker's gate, for people to look at. */
export interface GateTable {
  worker: string;
  model: string;
  /** JSON text of a `NamedGateSnapshot`. */
  snapshot: string;
  /** By the database's clock. */
  updated_at_ms: number;
}

/** What a person holds: nothing is sent there. */
export interface HoldTable {
  /** `<provider>` or `<provider>:<model>`. */
  target: string;
  reason: string;
  held_by: string;
  /** By the database's clock. */
  since_ms: number;
}

/** What all processes together have taken of an account's configured rates. */
export interface RateTable {
  /** `<provider>:<model>`, as the gates have it. */
  account: string;
  /** When the rate is whole again, by the database's clock; what is taken puts it off. */
  requests_whole_at_ms: number;
  tokens_whole_at_ms: number;
}

/** One row: which ledger this is. A copy of the database is the same ledger. */
export interface LedgerTable {
  id: string;
}

/** All tables of Holdfast in the application's database. */
export interface Tables {
  holdfast_attempt: AttemptTable;
  holdfast_doubt: DoubtTable;
  holdfast_effect: EffectTable;
  holdfast_gate: GateTable;
  holdfast_hold: HoldTable;
  holdfast_ledger: LedgerTable;
  holdfast_rate: RateTable;
}
