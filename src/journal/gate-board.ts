import { sql } from 'kysely';
import { databaseNowMs } from '../database/migrations.ts';
import type { OpenDatabase } from '../database/open-database.ts';
import type {
  HoldRequest,
  NamedGateSnapshot,
  ProviderGate,
  ProviderHold,
} from '../wire/provider-gate.ts';

/** A worker that has not said anything for so long is not shown: it is gone, or cut off. */
const silentMs = 30_000;
/** What was said so long ago is of no use. */
const forgottenMs = 24 * 60 * 60 * 1000;

/**
 * Where the workers say how their gates stand, so that a person sees all of them at once, in a database
 * that has been migrated. Each method throws what the database throws.
 */
export function gateBoard({ database, kind }: OpenDatabase, worker: string) {
  const nowMs = databaseNowMs[kind];
  return {
    /** Replaces what this worker said before. */
    async post(gates: readonly NamedGateSnapshot[]) {
      if (gates.length === 0) return;
      await database
        .insertInto('holdfast_gate')
        .values(
          gates.map((gate) => ({
            worker,
            model: gate.model,
            snapshot: JSON.stringify(gate),
            updated_at_ms: nowMs,
          })),
        )
        .onConflict((conflict) =>
          conflict.columns(['worker', 'model']).doUpdateSet({
            snapshot: sql`excluded.snapshot`,
            updated_at_ms: sql`excluded.updated_at_ms`,
          }),
        )
        .execute();
    },
    /** What the workers that live say, by model and worker. */
    async read() {
      const rows = await database
        .selectFrom('holdfast_gate')
        .select(['worker', 'snapshot'])
        .select(sql<number>`${nowMs} - updated_at_ms`.as('age_ms'))
        .where(sql<boolean>`updated_at_ms >= ${nowMs} - ${sql.lit(silentMs)}`)
        .orderBy('model')
        .orderBy('worker')
        .execute();
      return rows.map((row) => aged(JSON.parse(row.snapshot), row.worker, row.age_ms));
    },
    /** Takes this worker's gates off the board, and those of workers that are long gone. */
    async leave() {
      const isForgotten = sql<boolean>`updated_at_ms < ${nowMs} - ${sql.lit(forgottenMs)}`;
      await database
        .deleteFrom('holdfast_gate')
        .where(({ or, eb }) => or([eb('worker', '=', worker), isForgotten]))
        .execute();
    },
  };
}

function aged(gate: NamedGateSnapshot, worker: string, ageMs: number): ProviderGate {
  const { nextInMs, ...rest } = gate;
  const nextMs = nextInMs === undefined ? 0 : nextInMs - ageMs;
  return {
    ...rest,
    forMs: gate.forMs + ageMs,
    ...(nextMs > 0 && { nextInMs: nextMs }),
    worker,
    ageMs,
  };
}

/** What persons hold, where all workers see it. Each method throws what the database throws. */
export function holdBoard({ database, kind }: OpenDatabase) {
  const nowMs = databaseNowMs[kind];
  return {
    /** A hold of the same target gets another reason, and keeps its age. */
    async hold({ target, reason, by }: HoldRequest) {
      await database
        .insertInto('holdfast_hold')
        .values({ target, reason, held_by: by, since_ms: nowMs })
        .onConflict((conflict) => conflict.column('target').doUpdateSet({ reason, held_by: by }))
        .execute();
    },
    /** @returns whether there was such a hold. */
    async release(target: string) {
      const { numDeletedRows } = await database
        .deleteFrom('holdfast_hold')
        .where('target', '=', target)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    async read(): Promise<ProviderHold[]> {
      const rows = await database
        .selectFrom('holdfast_hold')
        .select(['target', 'reason', 'held_by'])
        .select(sql<number>`${nowMs} - since_ms`.as('age_ms'))
        .orderBy('target')
        .execute();
      return rows.map(({ target, reason, held_by, age_ms }) => ({
        target,
        reason,
        by: held_by,
        ageMs: Number(age_ms),
      }));
    },
  };
}
