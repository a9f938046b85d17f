import { Context } from '@temporalio/activity';
import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { TemporalFailure } from '@temporalio/common';
import { databaseError, isDatabaseError } from '../database/classify-database.ts';
import type { Effect } from '../effects/once/effect.ts';
import { settleOnce } from '../effects/once/settle-once.ts';
import { doubtAfterRestore } from '../effects/operate/doubt-after-restore.ts';
import { pruneLedger } from '../effects/operate/prune-ledger.ts';
import { reconcile } from '../effects/operate/reconcile.ts';
import { resolveEffect } from '../effects/operate/resolve-effect.ts';
import { AttemptError } from '../failures/attempt-error.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { ListedEffect, SettledEffect, SettleRequest } from '../wire/effect-call.ts';
import { idempotencyKey, keyOfGeneration } from '../wire/idempotency-key.ts';
import { workflowIdPattern } from '../wire/identifiers.ts';
import type {
  EffectDetails,
  EffectFilter,
  EffectPage,
  Pruned,
  Reconciliation,
  ResolveEffect,
  Restored,
} from '../wire/ledger-operations.ts';
import type { Resolved } from '../wire/park-answers.ts';
import { type EffectActivityDependencies, scopesOf } from './run-effect.ts';
import { failureOf, unexpectedFailure } from './unexpected-error.ts';
import { cursorOf, detailsOf, filterFrom, newestFirst, pageSizeOf, viewOf } from './view-effect.ts';

/** What the activities need besides the effects themselves. */
export interface LedgerDependencies extends EffectActivityDependencies {
  /** How long the rows of each effect are kept at least. */
  readonly effectList: readonly ListedEffect[];
}

/** What persons do with the ledger, as activities: the command line itself never opens it. */
export function createLedgerActivities(
  effects: object,
  { ledger, log, effectList, ...scoped }: LedgerDependencies,
) {
  const scopes = scopesOf(scoped);
  const declared = Object.values(effects) as readonly Effect<unknown, unknown>[];

  return {
    listEffects: (filter: EffectFilter): Promise<EffectPage> =>
      withTypedFailures(async () => {
        const limit = pageSizeOf(filter);
        const pages = await Promise.all(
          scopes.map((scope) => ledger.operator.list({ ...filterFrom(filter, scope), limit })),
        );
        const rows = pages.flat().sort(newestFirst).slice(0, limit);
        const last = rows.length === limit ? rows.at(-1) : undefined;
        return { effects: rows.map(viewOf), ...(last && { cursor: cursorOf(last) }) };
      }),

    /** All generations of a key, the latest first. */
    showEffect: (key: string): Promise<EffectDetails[]> =>
      withTypedFailures(async () => {
        const rows = await ledger.operator.list({ keyPrefix: key, limit: 500 });
        return rows
          .map(detailsOf)
          .filter((row) => keyOfGeneration(row.key, 1) === key)
          .sort((one, other) => other.generation - one.generation);
      }),

    resolveEffect: (request: ResolveEffect): Promise<Resolved> =>
      withTypedFailures(async () => {
        const { workflowId, generation, verdict, resolvedBy } = request;
        const { scope = scopes[0] } = request;
        if (!scopes.includes(scope)) {
          throw createFailure(
            'InvalidRequest',
            `this worker's ledger is for ${scopes.join(', ')}, not for ${scope}`,
          );
        }
        const [name] = request.effect.split('.');
        const effect = declared.find((each) => each.name === name);
        if (!effect) throw createFailure('InvalidRequest', `there is no effect ${name}`);
        const key = idempotencyKey({ scope, workflowId, effect: request.effect });
        const resolved = await resolveEffect(ledger, effect, {
          key,
          verdict,
          signal: Context.current().cancellationSignal,
          ...(generation !== undefined && { generation }),
        });
        log.info({ ...resolved, event: 'effect.resolved', verdict: verdict.kind, resolvedBy });
        return resolved;
      }),

    /** @param sinceMs how far back. */
    reconcileEffects: (sinceMs: number): Promise<Reconciliation> =>
      withTypedFailures(() =>
        reconcile(ledger, declared, {
          sinceMs,
          scopes,
          signal: Context.current().cancellationSignal,
          onProgress: heartbeat,
        }),
      ),

    pruneEffects: (request: { olderThanMs: number; dryRun: boolean }): Promise<Pruned> =>
      withTypedFailures(async () => {
        const { dryRun } = request;
        const effects = effectList;
        const options = { ...request, effects, declared, workflowExists, onProgress: heartbeat };
        const pruned = { removed: 0, keptForWorkflow: 0, attempts: 0, doubts: 0, dryRun };
        for (const scope of scopes) {
          const each = await pruneLedger(ledger, { ...options, scope });
          pruned.removed += each.removed;
          pruned.keptForWorkflow += each.keptForWorkflow;
          pruned.doubts += each.doubts;
          // Attempts are of no scope: once removed they are not found again, only counted again.
          pruned.attempts = dryRun ? each.attempts : pruned.attempts + each.attempts;
        }
        log.info({ ...pruned, event: 'ledger.pruned' });
        return pruned;
      }),

    /** @param backupAtMs when the backup was made that the ledger was restored from. */
    ledgerRestored: (backupAtMs: number): Promise<Restored> =>
      withTypedFailures(async () => {
        const workflows = workflowsSince(backupAtMs);
        const options = { backupAtMs, scopes, workflows, onProgress: heartbeat };
        const restored = await doubtAfterRestore(ledger, options);
        log.warn({ ...restored, event: 'ledger.restored' });
        return restored;
      }),
  };
}

/** What workflows know of them, by `import type` only. */
export type LedgerActivities = ReturnType<typeof createLedgerActivities>;

function heartbeat(): void {
  Context.current().heartbeat();
}

async function workflowExists(workflowId: string): Promise<boolean> {
  try {
    await Context.current().client.workflow.getHandle(workflowId).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw temporalError(error);
  }
}

/**
 * Attempts that failed become failures with a type, as everywhere, and so do a database's errors and
 * bugs. Without the cause: a driver's or SDK's own words would stay in Temporal's history.
 */
export async function withTypedFailures<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TemporalFailure) throw error;
    throw isDatabaseError(error)
      ? failureOf(databaseError(error, undefined))
      : unexpectedFailure(error);
  }
}

/** Clocks differ, and an effect may end a little after its workflow. */
const marginMs = 10 * 60 * 1000;

/**
 * Ids of the workflows of this namespace that run, or were closed since then; the one that asks is
 * left out. Ids that no idempotency key can hold are not ours.
 *
 * @throws AttemptError `ConnectionFailed`, also when the list ends early.
 */
async function* workflowsSince(sinceMs: number): AsyncGenerator<string> {
  const { client, info } = Context.current();
  const since = new Date(sinceMs - marginMs).toISOString();
  const query = `ExecutionStatus = "Running" OR CloseTime > "${since}"`;
  try {
    for await (const { workflowId } of client.workflow.list({ query })) {
      const isOwn = workflowId === info.workflowExecution?.workflowId;
      if (!isOwn && workflowIdPattern.test(workflowId)) yield workflowId;
    }
  } catch (error) {
    throw temporalError(error);
  }
}

/** A server of Temporal's that does not answer, as a failed attempt; everything else stays. */
function temporalError(error: unknown): unknown {
  if (!(error instanceof ServiceError)) return error;
  return new AttemptError({ type: 'ConnectionFailed', by: 'temporal', sent: false });
}

/** What workflows know of it, by `import type` only. */
export type SettleActivities = ReturnType<typeof createSettleActivity>;

/** The activity by which a workflow that ends leaves no effect begun and not settled. */
export function createSettleActivity(
  effects: object,
  { ledger, log }: Pick<EffectActivityDependencies, 'ledger' | 'log'>,
) {
  const declared = effects as Readonly<Record<string, Effect<unknown, unknown> | undefined>>;
  return {
    settleEffect: (request: SettleRequest): Promise<SettledEffect> =>
      withTypedFailures(async () => {
        const { scope, step, input, requestTimeoutMs } = request;
        const { heartbeat, info } = Context.current();
        const effect = declared[request.effect];
        if (!effect) throw createFailure('InvalidRequest', `there is no effect ${request.effect}`);
        const workflowId = info.workflowExecution?.workflowId ?? '';
        const place = { scope, workflowId, ...(step !== undefined && { step }) };
        const settled = await settleOnce(ledger, effect, place, input, {
          requestTimeoutMs,
          heartbeat: () => heartbeat(),
        });
        log.info({ event: 'effect.settled', key: settled.key, state: settled.state });
        return settled;
      }),
  };
}
