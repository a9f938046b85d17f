import type { Client } from '@temporalio/client';
import { resolveUpdate } from '../durable/messages.ts';
import { markedGeneration, parseIdempotencyKey, splitGeneration } from '../wire/idempotency-key.ts';
import { workflowIdFor } from '../wire/identifiers.ts';
import type { EffectFilter, ResolveEffect } from '../wire/ledger-operations.ts';
import type { Resolved, Verdict } from '../wire/park-answers.ts';
import { parksFromMemo } from '../wire/park-memo.ts';
import { ClientError } from './client-error.ts';
import { describeIfThere } from './describe-workflow.ts';
import { sendUpdate } from './send-update.ts';
import { type LedgerPlace, throughWorker, usualTimeoutMs } from './through-worker.ts';

/** What a resolve did, and whether a waiting workflow went on with it. */
export interface ResolvedEffect extends Resolved {
  /** The workflow that was parked on it and goes on; absent where none was. */
  readonly resumed?: string;
}

/** How long operations may take that read the whole ledger. */
const longMs = 60 * 60 * 1000;

/**
 * A page of the ledger, newest change first.
 *
 * @param filter its `workflowId` as it was given to the start.
 */
export function listEffects(client: Client, filter: EffectFilter = {}, place?: LedgerPlace) {
  const { workflowId } = filter;
  const asKept = { ...filter, ...(workflowId && { workflowId: workflowIdFor(workflowId) }) };
  return throughWorker(client, 'listEffects', asKept, place);
}

/**
 * An effect in full, the latest generation first.
 *
 * @param key with or without its generation.
 * @throws ClientError `not found`
 */
export async function showEffect(client: Client, key: string, place?: LedgerPlace) {
  partsOf(key);
  const plain = splitGeneration(key).first;
  const found = await throughWorker(client, 'showEffect', plain, place);
  if (found.length > 0) return found;
  throw new ClientError('not found', `the ledger has no effect ${key}`);
}

/**
 * Settles an effect whose outcome is not known. A workflow that is parked on it goes on; where
 * there is none, only the ledger changes, for the next start under that workflow id.
 *
 * @throws ClientError `InvalidRequest` when the effect's state does not allow it, or its target has
 *   it.
 */
export async function resolveEffect(
  client: Client,
  key: string,
  verdict: Verdict,
  place?: LedgerPlace,
): Promise<ResolvedEffect> {
  const { scope, workflowId, effect } = partsOf(key);
  const generation = markedGeneration(key);
  const named = { scope, ...(generation !== undefined && { generation }) };
  const resolvedBy = client.options.identity;
  const waiting = await parkedOn(client, workflowId, effect);
  if (waiting) {
    const target = { ...waiting, id: workflowId, workflowId, what: 'it was resolved' };
    const answer = { ...named, parkId: waiting.parkId, verdict, resolvedBy };
    const resolved = await sendUpdate(client, resolveUpdate, target, [answer], usualTimeoutMs);
    return { ...resolved, resumed: workflowId };
  }
  const request: ResolveEffect = { ...named, workflowId, effect, verdict, resolvedBy };
  return throughWorker(client, 'resolveEffect', request, place);
}

/** Compares the ledger with what the targets hold, both ways. */
export function reconcileEffects(client: Client, sinceMs: number, place?: LedgerPlace) {
  return throughWorker(client, 'reconcileEffects', sinceMs, place, longMs);
}

/** Removes rows that are no longer needed: see `docs/operations.md`. */
export function pruneEffects(
  client: Client,
  request: { readonly olderThanMs: number; readonly dryRun: boolean },
  place?: LedgerPlace,
) {
  return throughWorker(client, 'pruneEffects', request, place, longMs);
}

/**
 * Tells the ledger that it was restored from a backup: from now on, effects that it does not know
 * are in doubt in all workflows that ran since. To be called before any worker serves them: see
 * `docs/operations.md`.
 *
 * @param backupAtMs when the backup was made, rather a little earlier than later.
 */
export function ledgerRestored(client: Client, backupAtMs: number, place?: LedgerPlace) {
  return throughWorker(client, 'ledgerRestored', backupAtMs, place, longMs);
}

async function parkedOn(client: Client, workflowId: string, effect: string) {
  const description = await describeIfThere(client, workflowId);
  if (description?.status.name !== 'RUNNING') return undefined;
  const parks = parksFromMemo(description.memo);
  const parked = parks.find((each) => 'effectKey' in each && each.step === effect);
  return parked && { runId: description.runId, parkId: parked.parkId };
}

function partsOf(key: string) {
  const parts = parseIdempotencyKey(key);
  if (parts) return parts;
  throw new ClientError(
    'usage',
    `a key is written scope/workflow-id:effect, for example default/order-1:charge; this is ${key}`,
  );
}
