import type { RawBuilder, Transaction } from 'kysely';
import type { z } from 'zod';
import type { Tables } from '../database/database-schema.ts';
import type { TransactionEffect } from '../effects/once/effect.ts';
import { assertSameFingerprint } from '../effects/once/replay.ts';
import { fingerprintOf } from '../wire/identifiers.ts';
import type { Json } from '../wire/json.ts';
import { present } from '../wire/present.ts';
import type { AppMigrations, DefinitionOptions, EffectDefinition } from './effect-definition.ts';
import type { MakeResources } from './make-resources.ts';

/**
 * Runs SQL in the effect's transaction: `` await sql`insert into note (id) values (${id})` ``. Values
 * are bound, never put into the text. Resolves to the rows.
 */
export type Sql = <Row = Record<string, unknown>>(
  text: TemplateStringsArray,
  ...values: readonly unknown[]
) => Promise<Row[]>;

/** An effect in the ledger's own database. */
export interface InTransactionOptions<Input, Result, Config>
  extends DefinitionOptions<Config, Result> {
  readonly input: z.ZodType<Input>;
  readonly result: z.ZodType<Result>;
  /** The fields that make it the same effect: the same key with others is `IdempotencyKeyReused`. */
  readonly identity: (input: Input) => Json;
  /** Tables of its own: name to SQL, in order of the names. A worker with one edited after it ran does not start. */
  readonly migrations?: AppMigrations;
  /** Removes what it wrote under a key, when `effects prune` removes the ledger's row. Default: it stays. */
  readonly forget?: (context: { readonly key: string; readonly sql: Sql }) => Promise<unknown>;
  readonly run: (context: {
    readonly input: Input;
    /** The idempotency key. */
    readonly key: string;
    readonly config: Config;
    readonly sql: Sql;
  }) => Promise<Result>;
}

/**
 * Declares an effect that is written in one transaction with its row in the ledger: either both are
 * there or neither is.
 */
export function inTransaction<Input, Result, Config = unknown>(
  options: InTransactionOptions<Input, Result, Config>,
): EffectDefinition<Input, Result> {
  const { input, result, identity, run, forget, config, migrations, did } = options;
  const { does = 'write to the database', retentionDays = 400, policy = 'database' } = options;
  return {
    ...{ does, retentionDays, policy },
    ...present({ config, migrations }),
    make: (name, resources) => {
      const { ledger, config: read } = resources as MakeResources;
      return {
        ...{ name, target: 'database', way: 'same transaction', ledger, input, result, identity },
        ...(did && { did }),
        run: ({
          input: given,
          key,
          transaction,
        }: Parameters<TransactionEffect<Input, Result>['run']>[0]) => {
          return run({ input: given, key, config: read as Config, sql: sqlOn(transaction) });
        },
        ...(forget && {
          forget: (key: string, transaction: Transaction<Tables>) =>
            forget({ key, sql: sqlOn(transaction) }),
        }),
      };
    },
  };
}

function sqlOn(transaction: Transaction<Tables>): Sql {
  return async <Row>(text: TemplateStringsArray, ...values: readonly unknown[]) => {
    // Not with this module: the threads that judge answers load the application, and run no SQL.
    const { sql: raw } = await import('kysely');
    const statement = raw(text, ...values) as RawBuilder<Row>;
    return (await statement.execute(transaction)).rows;
  };
}

/**
 * Compares what an effect was with what it is asked to be, for a row that outlived the ledger's.
 *
 * @throws AttemptError `IdempotencyKeyReused`, naming the fingerprints of both.
 */
export function assertSameIdentity(stored: Json, given: Json): void {
  assertSameFingerprint(fingerprintOf(stored), fingerprintOf(given));
}
