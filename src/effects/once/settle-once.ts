import { AttemptError } from '../../failures/attempt-error.ts';
import type { SettledEffect } from '../../wire/effect-call.ts';
import type { Effect } from './effect.ts';
import { didOf } from './effect.ts';
import { type EffectPlace, keyAt } from './effect-place.ts';
import type { DatedRow, Ledger } from './ledger.ts';
import { lookUpAgain } from './replay.ts';

/** How long the one look-up may take, and who is told that it lives. */
export interface SettleOptions {
  readonly requestTimeoutMs: number;
  readonly heartbeat: () => void;
}

/**
 * What became of an effect whose workflow ends and tries it no more. A claim that was not settled is
 * `unknown` from here on, so that it is listed whatever comes; then the target is asked, once. An
 * attempt that still runs somewhere finds its claim gone, and records nothing over it.
 *
 * @throws what the database says: then the row stays as it is, and is listed when its lease is over.
 */
export async function settleOnce<Input, Result>(
  ledger: Ledger,
  effect: Effect<Input, Result>,
  place: EffectPlace,
  input: unknown,
  options: SettleOptions,
): Promise<SettledEffect> {
  const key = keyAt(effect.name, place);
  const row = await doubted(ledger, effect.target, key);
  if (row?.state !== 'unknown') return settledAs(effect, key, row);
  const parsed = effect.input.safeParse(input);
  if (effect.way === 'same transaction' || !effect.lookUp || !parsed.success) {
    return { key: row.key, state: 'unknown' };
  }
  const limits = { ...options, maximumWaitMs: 0, leaseMs: 0, graceMs: 0 };
  const { signal } = new AbortController();
  const call = { ledger, effect, input: parsed.data, key: row.key, signal, ...limits };
  // What the look-up finds is stored, a definitive no too; when it fails the doubt stays.
  await lookUpAgain(call, row).catch((error: unknown) => {
    if (!(error instanceof AttemptError)) throw error;
  });
  return settledAs(effect, key, await ledger.operator.latest(row.key));
}

/** The latest row, where a claim that was not settled has become doubt. */
async function doubted(ledger: Ledger, by: string, key: string): Promise<DatedRow | undefined> {
  const row = await ledger.operator.latest(key);
  if (row?.state !== 'started') return row;
  const reason = 'its workflow ended before that was known';
  await ledger.doubt(row, { type: 'EffectUnknown', by, reason });
  // Settled by someone else meanwhile, or in doubt now.
  return ledger.operator.latest(key);
}

function settledAs<Input, Result>(
  effect: Effect<Input, Result>,
  first: string,
  row: DatedRow | undefined,
): SettledEffect {
  const key = row?.key ?? first;
  switch (row?.state) {
    case 'succeeded':
      return { key, state: 'done', ...didOf(effect, JSON.parse(row.result ?? 'null') as Result) };
    case 'failed':
      return { key, state: 'refused' };
    case 'unknown':
    case 'started':
      return { key, state: 'unknown' };
    default:
      return { key, state: 'not done' };
  }
}
