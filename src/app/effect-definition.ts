import type { z } from 'zod';
import type { DatabaseKind } from '../database/open-database.ts';
import type { Effect } from '../effects/once/effect.ts';
import type { retryPolicyOverride } from '../policies/retry-policy.ts';

/** SQL: one statement, or several in their order. */
type Statements = string | readonly string[];

/** Migrations by name, run once each in the order of their names: SQL, or SQL by store. */
export type AppMigrations = Readonly<
  Record<string, Statements | Readonly<Record<DatabaseKind, Statements>>>
>;

/** An effect as an application declares it; the worker makes it, under its name, at its start. */
export interface EffectDefinition<Input, Result> {
  /** For people: what it does, in the dry run of a start. */
  readonly does: string;
  /** How long `effects prune` keeps its rows at least; longer than its target knows its keys. */
  readonly retentionDays: number;
  /**
   * The policy that rules it: one of the catalogue by name, or fields that differ from the usual
   * policy of effects. Fields make a policy of the effect's own name.
   */
  readonly policy: string | z.input<typeof retryPolicyOverride>;
  /** The variables it needs, checked when a worker starts. */
  readonly config?: z.ZodType;
  /** Tables of its own, in the ledger's database. */
  readonly migrations?: AppMigrations;
  /** Called when a worker starts, with connections that no type here names: their SDKs are optional. */
  readonly make: (name: string, resources: unknown) => Effect<Input, Result>;
}

/** What every definition may say besides what it is made from. */
export interface DefinitionOptions<Config, Result = never> {
  readonly does?: string;
  /** For people, a clause in the past tense, with the ids they need: `charged 12.00 EUR (pi_1)`. */
  readonly did?: (result: Result) => string;
  /** Default: 400 days. */
  readonly retentionDays?: number;
  readonly policy?: string | z.input<typeof retryPolicyOverride>;
  readonly config?: z.ZodType<Config>;
}

/** The input that an effect of this definition takes. */
export type InputOf<Definition> =
  Definition extends EffectDefinition<infer Input, infer _> ? Input : never;

/** The result that an effect of this definition gives. */
export type ResultOf<Definition> =
  Definition extends EffectDefinition<infer _, infer Result> ? Result : never;
