import type { Generated, Kysely } from 'kysely';
import type { Tables } from '../../database/database-schema.ts';

/**
 * Where a forwarded request stands: `begun` in the process of a gateway, `running` as a workflow,
 * then `answered`, `failed` or `cancelled`.
 */
export type RequestState = 'begun' | 'running' | 'answered' | 'failed' | 'cancelled';

/** One forwarded request. Times are milliseconds of the database's clock. */
export interface RequestTable {
  /** Also the id of its workflow, where it needs one. */
  id: string;
  tenant: string;
  /** The key of ours that it came with; empty where the gateway asks for none. */
  api_key: string;
  /** The client's own `Idempotency-Key`; `null` where it sent none. */
  idempotency_key: string | null;
  /** SHA-256 of path and body: what makes two requests the same. */
  fingerprint: string;
  /** `<provider>:<model>` as the gate, prices and journal know it. */
  model: string;
  /** JSON text of a `ForwardedRequest`, without the body. */
  request: string;
  body: Uint8Array;
  state: RequestState;
  /** The gateway whose process makes the attempt. */
  gateway: string;
  /** 1 when the client still waits, or nothing says otherwise. */
  has_client: number;
  /** 1 while a request of a client that asks again has it: one at a time. */
  is_claimed: number;
  /** 1 when a stream of it broke off after its first content. */
  broke_off: number;
  attempts: number;
  possibly_billed: number;
  /** What attempts that failed were billed for. */
  failed_input_tokens: Generated<number>;
  failed_output_tokens: Generated<number>;
  /** JSON text of a `ForwardedAnswer`, without the body. */
  answer: string | null;
  answer_body: Uint8Array | null;
  /** The provider's own id of a response that it goes on with by itself. */
  response_id: string | null;
  /** JSON text of a `ForwardFailure`. */
  failure: string | null;
  /** 1 when its end is still to be told to its key's webhook; 2 when it is to be deleted after that. */
  webhook: number;
  /** JSON text of `Reserved`: what its key is charged with until its end says what it used. */
  reserved: string | null;
  deadline_at_ms: number;
  created_at_ms: number;
  ended_at_ms: number | null;
}

/** A gateway process that lives, as far as the others know. */
export interface GatewayTable {
  gateway: string;
  lease_until_ms: number;
}

/** A key that clients send. */
export interface KeyTable {
  id: string;
  tenant: string;
  /** SHA-256 of the key: it is random, so no slow hash is needed. */
  hash: string;
  /** JSON text of `KeyLimits`. */
  limits: string;
  /** JSON text of a `Webhook`; `null` where the key has none. */
  webhook: string | null;
  created_at_ms: number;
  revoked_at_ms: number | null;
}

/** What a key has used in a window: a minute for rates, a day or a month for budgets. */
export interface UseTable {
  key_id: string;
  /** `minute`, `day` or `month`, and its number since 1970: `minute/29401234`. */
  window: string;
  requests: number;
  tokens: number;
  /** In 10^-9 of the currency. */
  cost_nano: number;
}

/** The tables of the gateway, beside the others in the ledger's database. */
export interface GatewayTables extends Tables {
  holdfast_request: RequestTable;
  holdfast_gateway: GatewayTable;
  holdfast_gateway_key: KeyTable;
  holdfast_gateway_use: UseTable;
}

/** The same database, with the gateway's tables known. */
export function withGatewayTables(database: Kysely<Tables>): Kysely<GatewayTables> {
  return database as unknown as Kysely<GatewayTables>;
}
