import type { RawBuilder, Transaction } from 'kysely';
import type { RowState, Tables } from '../../database/database-schema.ts';
import type { DatabaseKind } from '../../database/open-database.ts';
import type { AttemptErrorFields } from '../../failures/attempt-error.ts';

/** Names a row. */
export interface RowName {
  /** The idempotency key, its generation included. */
  readonly key: string;
}

/** What is stored at a claim. */
export interface ClaimRequest extends RowName {
  readonly effect: string;
  readonly fingerprint: string;
  /** JSON text of the exact request. */
  readonly request: string;
  readonly apiVersion?: string | undefined;
  /** How long the claim holds unless it is renewed; any grace for a request under way included. */
  readonly leaseMs: number;
  /** How long a request of this attempt may be under way at most. */
  readonly requestTimeoutMs?: number | undefined;
}

/** A claim that was obtained: the right to record, as long as the token is the latest. */
export interface Claim extends RowName {
  readonly token: number;
  /** Whether an earlier claim may have done it. */
  readonly inDoubt: boolean;
  /** Times are milliseconds of the database's clock. */
  readonly firstSentAtMs: number;
  readonly claimedAtMs: number;
  /** As stored at the first claim, not as given now. */
  readonly request: string;
  readonly apiVersion: string | undefined;
}

/** A row as read. */
export interface LedgerRow extends Claim {
  readonly effect: string;
  readonly fingerprint: string;
  readonly state: RowState;
  /** JSON text, byte for byte as it was recorded. */
  readonly result: string | undefined;
  readonly failure: AttemptErrorFields | undefined;
  /** Of the latest claim. */
  readonly requestTimeoutMs: number | undefined;
  /** The database's clock at the reading. */
  readonly nowMs: number;
  /** Left of the lease; 0 or less: it ran out. */
  readonly leaseLeftMs: number;
  /** The key of the effect's latest generation, where that is another one; told by `read` only. */
  readonly latestKey?: string;
}

/** The statements on one row. Those that change it return whether they did: a token that is not
 * the latest any more, or a row that is settled already, is refused with `false`. */
export interface LedgerStatements {
  /**
   * Claims a row that is new, `released`, or `started` with a lease that ran out, in one statement.
   * `undefined`: not claimable now (`read` says why: other fingerprint, held, or settled).
   */
  claim(request: ClaimRequest): Promise<Claim | undefined>;
  read(name: RowName): Promise<LedgerRow | undefined>;
  /** `started` or `unknown` to `succeeded`, with the JSON text of the result. */
  record(claim: Claim, result: string): Promise<boolean>;
  /** `started` or `unknown` to `failed`: the target's definitive no. */
  fail(claim: Claim, failure: AttemptErrorFields): Promise<boolean>;
  /** `started` to `unknown`, by the attempt itself, which is over: a person decides. */
  markUnknown(claim: Claim, failure: AttemptErrorFields): Promise<boolean>;
  /** The same of somebody else's claim: its lease stays, since that attempt may still be under way. */
  doubt(claim: Claim, failure: AttemptErrorFields): Promise<boolean>;
  /** This attempt did nothing: `released`; as it was, its lease ended, if an earlier one may have. */
  release(claim: Claim): Promise<boolean>;
  /** Gives the claim back in doubt: it may be taken over after `afterMs`. */
  giveUp(claim: Claim, afterMs: number): Promise<boolean>;
  /** Extends the lease to `leaseMs` from now. */
  renew(claim: Claim, leaseMs: number): Promise<boolean>;
}

/** Which rows a person asks for; all that is given must fit. */
export interface RowFilter {
  readonly keyPrefix?: string;
  /** `charge`, and every `charge.<step>`. */
  readonly effect?: string;
  readonly states?: readonly RowState[];
  /** Beside `states`: those that are `started` and whose lease ran out. */
  readonly orLapsed?: boolean;
  readonly changedBeforeMs?: number;
  readonly changedAfterMs?: number;
  readonly limit: number;
  /** The last row of the page before. */
  readonly after?: RowName & { readonly updatedAtMs: number };
}

/** A row with the times that only persons look at. */
export interface DatedRow extends LedgerRow {
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/**
 * The statements that persons cause. Those that change a row take it as it was read, and return
 * whether they did: a row that was claimed or settled since is refused with `false`.
 */
export interface OperatorStatements {
  /** Newest change first; the database's clock comes with each row. */
  list(filter: RowFilter): Promise<DatedRow[]>;
  /** The row of the latest generation, of whichever generation the key is. */
  latest(key: string): Promise<DatedRow | undefined>;
  /** `unknown`, or `started` with a lease that ran out, to `succeeded`. */
  settleByHand(row: LedgerRow, result: string): Promise<boolean>;
  /** `unknown`, or `started` with a lease that ran out, to `failed`. */
  failByHand(row: LedgerRow, failure: AttemptErrorFields): Promise<boolean>;
  /** A new generation, to be claimed; `false` when there is one already. */
  raiseGeneration(row: LedgerRow): Promise<boolean>;
  /** Removes all generations of a key, unless one of them changed since it was looked at. */
  remove(key: string, unchangedSinceMs: number): Promise<number>;
  /** Removes attempts that began before, oldest first and `limit` of them; dry, it counts all. */
  removeAttempts(
    olderThanMs: number,
    how: { readonly limit: number; readonly dryRun: boolean },
  ): Promise<number>;
  /** Owners that have been in doubt for longer, in order. */
  listDoubts(
    keyPrefix: string,
    page: { readonly olderThanMs: number; readonly limit: number; readonly after?: string },
  ): Promise<string[]>;
  removeDoubts(owners: readonly string[]): Promise<void>;
  /** A claim that makes a row for these owners (`<scope>/<workflow id>`) is in doubt since then. */
  doubtOwners(owners: readonly string[], sinceMs: number): Promise<void>;
  /** Rows that were given back are in doubt since then; returns how many. */
  doubtReleased(keyPrefix: string, sinceMs: number): Promise<number>;
}

/** The table that remembers effects. */
export interface Ledger extends LedgerStatements {
  /** What persons look at and settle. */
  readonly operator: OperatorStatements;
  /** Told apart by it from every other ledger; kept in the database, and so in its backups. */
  readonly id: string;
  readonly kind: DatabaseKind;
  /** For logs: the file, or the URL without its password. */
  readonly name: string;
  /** The database's clock. @throws what the database says. */
  nowMs(): Promise<number>;
  /** Reads beside all transactions, and takes no lock. @throws what the database says. */
  readBeside<Row>(statement: RawBuilder<Row>): Promise<readonly Row[]>;
  /** Runs statements of the ledger and of the application in one transaction. */
  transaction<T>(
    run: (statements: LedgerStatements, transaction: Transaction<Tables>) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}
