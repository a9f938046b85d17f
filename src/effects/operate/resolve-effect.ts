import { AttemptError } from '../../failures/attempt-error.ts';
import { keyOfGeneration, splitGeneration } from '../../wire/idempotency-key.ts';
import type { Resolved, Verdict } from '../../wire/park-answers.ts';
import type { Effect } from '../once/effect.ts';
import type { Ledger, LedgerRow } from '../once/ledger.ts';
import { operatorStatements } from '../once/operator-statements.ts';

/** Which effect a person speaks of, and what they found out. */
export interface Resolution {
  /** The idempotency key, any generation's; `generation` decides. */
  readonly key: string;
  /** The latest when it is not given. */
  readonly generation?: number;
  readonly verdict: Verdict;
  readonly signal: AbortSignal;
}

/** Clocks differ, by hours too where nobody looks at them: the mark decides, and not the time. */
const clockMarginMs = 24 * 60 * 60 * 1000;
/** Of rows that do not say it: the longest of an effect's policies in the catalogue. */
const defaultRequestTimeoutMs = 60_000;

/**
 * Settles an effect by a person's word. The target's own record overrules it: an effect that is
 * found there is not done anew.
 *
 * Repeating it changes nothing: a verdict that the row shows already is answered the same.
 *
 * @throws AttemptError `InvalidRequest` when the row does not allow it, or the target contradicts.
 */
export async function resolveEffect(
  ledger: Ledger,
  effect: Effect<unknown, unknown>,
  { key, generation, verdict, signal }: Resolution,
): Promise<Resolved> {
  const latest = await ledger.operator.latest(key);
  if (!latest) throw refused('there is no such effect in the ledger');
  const { generation: counts } = splitGeneration(latest.key);
  if (generation !== undefined && generation !== counts) {
    throw refused(`generation ${counts} counts, not ${generation}`);
  }
  if (latest.state === 'started' && latest.leaseLeftMs > 0) {
    throw refused('a worker is at it; look again when its claim has run out');
  }
  const settling = { ledger, effect, row: latest };
  switch (verdict.kind) {
    case 'happened':
      return happened(settling, verdict.result);
    case 'did not happen':
      return didNotHappen(settling, signal);
    case 'give up':
      return giveUp(settling);
  }
}

/** The effect that is settled, and its row as it was read. */
interface Settling {
  readonly ledger: Ledger;
  readonly effect: Effect<unknown, unknown>;
  readonly row: LedgerRow;
}

async function happened({ ledger, effect, row }: Settling, result: unknown): Promise<Resolved> {
  const checked = effect.result.safeParse(result);
  if (!checked.success) {
    const paths = checked.error.issues.map(({ path }) => path.join('.') || 'result').slice(0, 5);
    throw refused(`the result does not fit ${effect.name}: ${[...new Set(paths)].join(', ')}`);
  }
  const text = JSON.stringify(checked.data);
  const isAlready = row.state === 'succeeded' && row.result === text;
  if (!isAlready && !(await ledger.operator.settleByHand(row, text))) throw notOpen(row);
  return { key: row.key, state: 'succeeded' };
}

async function didNotHappen(settling: Settling, signal: AbortSignal): Promise<Resolved> {
  const { ledger, effect, row } = settling;
  // Nothing was sent, or a generation was raised before: it will be done.
  if (row.state === 'released') return { key: row.key, state: 'released' };
  if (row.state === 'succeeded') throw notOpen(row);
  const leftMs = requestLeftMs(settling);
  if (leftMs > 0) {
    const seconds = Math.ceil(leftMs / 1000);
    throw refused(
      `a request may still be under way at ${effect.target}; look again in ${seconds} s`,
    );
  }
  const nextKey = keyOfGeneration(row.key, splitGeneration(row.key).generation + 1);
  const { findMarked } = effect;
  if (findMarked) {
    // A ledger from a backup does not know of a generation that was raised, and done, after it.
    const marks = [row.key, nextKey].map(findMarked.markOf);
    const sinceMs = row.firstSentAtMs - clockMarginMs;
    const request = JSON.parse(row.request);
    for await (const page of findMarked.list({ sinceMs, request, signal })) {
      const found = page.find((item) => marks.includes(item.mark) && item.done);
      if (!found) continue;
      throw refused(`it happened: ${effect.target} has ${found.id} (${found.state})`);
    }
  }
  const raised = await ledger.transaction(async (_, transaction) => {
    const statements = operatorStatements(transaction, ledger.kind);
    const failure = row.failure ?? { type: 'EffectUnknown', by: effect.target };
    if (row.state !== 'failed' && !(await statements.failByHand(row, failure))) return false;
    return statements.raiseGeneration(row);
  });
  if (!raised) throw notOpen(row);
  return { key: nextKey, state: 'released' };
}

/**
 * How long a worker that stopped, or whose claim was taken away at its workflow's end, may still have a
 * request under way. To take over it is enough that the lease ran out where the target tells repeats
 * apart by the key; but another generation is another key.
 */
function requestLeftMs({ effect, row }: Settling): number {
  if (row.state === 'failed') return 0;
  const requestMs = row.requestTimeoutMs ?? defaultRequestTimeoutMs;
  return row.leaseLeftMs + (effect.way === 'native key' ? requestMs : 0);
}

async function giveUp({ ledger, effect, row }: Settling): Promise<Resolved> {
  const failure = {
    type: 'EffectRefused',
    by: effect.target,
    reason: 'given up by a person: whether it happened is not known',
  } as const;
  const isAlready = row.state === 'failed';
  if (!isAlready && !(await ledger.operator.failByHand(row, failure))) throw notOpen(row);
  return { key: row.key, state: 'failed' };
}

function notOpen(row: LedgerRow): AttemptError {
  return refused(`it is ${row.state}, or changed meanwhile; look at it again`);
}

function refused(reason: string): AttemptError {
  return new AttemptError({ type: 'InvalidRequest', by: 'ledger', reason, sent: false });
}
