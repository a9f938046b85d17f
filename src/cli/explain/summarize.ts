import type { Explanation } from '../../client/explain.ts';
import { costDecimals } from '../../policies/budget.ts';
import { type ExactAmount, parseAmount } from '../../policies/budget-price.ts';
import type { RecordedAttempt } from '../../wire/recorded-attempt.ts';

const isProbe = ({ delaySource }: RecordedAttempt) => delaySource === 'probe';

/** Totals over the attempts of a workflow's calls, as the journal has them. */
export function summarize({ attempts }: Pick<Explanation, 'attempts'>) {
  const ofCalls = attempts.filter(({ kind }) => kind === 'call');
  const counted = ofCalls.filter(({ outcome }) => outcome !== 'deferred');
  const count = (fits: (attempt: (typeof counted)[number]) => boolean) =>
    counted.filter(fits).length;
  const cost: Record<string, ExactAmount> = {};
  for (const { cost: amount, currency } of counted) {
    if (amount === undefined || currency === undefined || !/^\d+(\.\d{1,12})?$/.test(amount)) {
      continue;
    }
    cost[currency] = (cost[currency] ?? 0n) + parseAmount(amount);
  }
  const requestIds = new Set(ofCalls.map(({ requestId }) => requestId));
  return {
    /** Repairs included. */
    calls: requestIds.size,
    repairs: [...requestIds].filter((id) => /\.repair-\d+$/.test(id)).length,
    /** Without those that the gate sent back, and probes that failed at no cost: these have counts of their own. */
    attempts: counted.length - count(isProbe),
    probes: count(isProbe),
    sent: count(({ sent }) => sent === 'yes'),
    notSent: count(({ sent }) => sent === 'no'),
    sentUnknown: count(({ sent }) => sent === 'unknown'),
    lost: count(({ outcome }) => outcome === 'lost'),
    deferred: ofCalls.length - counted.length,
    billed: count(({ billing }) => billing === 'billed'),
    possiblyBilled: count(({ billing }) => billing === 'possibly billed'),
    inputTokens: counted.reduce((sum, { inputTokens = 0 }) => sum + inputTokens, 0),
    outputTokens: counted.reduce((sum, { outputTokens = 0 }) => sum + outputTokens, 0),
    /** Of billed attempts, by currency: decimal strings. */
    cost: costDecimals(cost),
    heldMs: ofCalls.reduce((sum, { heldMs = 0 }) => sum + heldMs, 0),
  };
}
