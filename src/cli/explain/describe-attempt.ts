import type { RecordedAttempt } from '../../wire/recorded-attempt.ts';
import { formatCount, formatDuration } from '../format.ts';
import { printableLine } from '../printable.ts';
import { noBreak } from './wrap.ts';

/** How an attempt ended, for its colour. */
export type Tone = 'good' | 'again' | 'bad' | 'unsure';

const stops: Readonly<Record<string, string>> = {
  permanent: 'no retry: it cannot cure this',
  attempts: 'no retry: no attempts left',
  elapsed: 'no retry: the time budget ends first',
  'Retry-After over cap': 'no retry: longer than the policy waits',
};

/** What the journal has on an attempt; a clause each says what comes next and why, money, ids. */
export function describeAttempt(attempt: RecordedAttempt) {
  const { outcome, status, reason, startedAtMs, finishedAtMs, providerRequestId } = attempt;
  const code = status === undefined ? '' : `${status} `;
  const why = reason === undefined ? '' : ` (${reason})`;
  const took =
    finishedAtMs === undefined || outcome === 'deferred'
      ? ''
      : `, ${formatDuration(Math.max(0, finishedAtMs - startedAtMs))}`;
  return {
    /** "429 RateLimited (rate_limit_exceeded), 38 ms" */
    headline: printableLine(`${code}${named[outcome] ?? outcome}${why}${took}`),
    clauses: [
      ...held(attempt),
      ...next(attempt),
      ...(attempt.kind === 'call' ? money(attempt) : effect(attempt)),
    ]
      .map(printableLine)
      .concat(providerRequestId ? [`id${noBreak}${printableLine(providerRequestId)}`] : []),
    tone: toneOf(attempt),
  };
}

const named: Readonly<Record<string, string>> = {
  lost: 'lost: its worker was killed',
  interrupted: 'interrupted: cancelled, or the worker stopped',
  deferred: 'held back by the gate, not counted',
  replayed: 'done before, not repeated',
};

function toneOf({ outcome, stopped }: RecordedAttempt): Tone {
  if (['answered', 'done', 'replayed'].includes(outcome)) return 'good';
  if (outcome === 'lost' || outcome === 'interrupted') return 'unsure';
  return stopped === undefined ? 'again' : 'bad';
}

function held({ heldMs }: RecordedAttempt): string[] {
  return heldMs === undefined ? [] : [`gate held it ${formatDuration(heldMs)}`];
}

function next({ delayMs, delaySource, retryAfterMs, stopped }: RecordedAttempt): string[] {
  if (stopped !== undefined) {
    const asked = retryAfterMs === undefined ? '' : `, asked for ${formatDuration(retryAfterMs)}`;
    return [`${stops[stopped] ?? `no retry: ${stopped}`}${asked}`];
  }
  if (delayMs === undefined) return [];
  if (delaySource === 'gate') return [`back in ${formatDuration(delayMs)}`];
  if (delaySource === 'probe') return [`a probe, not counted, next in ${formatDuration(delayMs)}`];
  const asked = retryAfterMs === undefined ? '' : ` ${formatDuration(retryAfterMs)}`;
  const source = delaySource === 'Retry-After' ? `Retry-After${asked} + jitter` : 'policy';
  return [`next in ${formatDuration(delayMs)} (${source})`];
}

function money(attempt: RecordedAttempt): string[] {
  const { sent, outcome, billing, inputTokens, outputTokens, cost, currency } = attempt;
  const tokens =
    inputTokens === undefined && outputTokens === undefined
      ? []
      : [`${formatCount(inputTokens ?? 0)} + ${formatCount(outputTokens ?? 0)} tokens`];
  const price = cost === undefined ? [] : [`${cost} ${currency ?? ''}`.trim()];
  if (sent === 'no' && outcome !== 'deferred') return ['not sent', ...tokens, ...price];
  const isPlain = outcome === 'deferred' || billing === undefined;
  return [...tokens, ...price, ...(isPlain ? [] : [billing])];
}

function effect({ sent, outcome }: RecordedAttempt): string[] {
  if (outcome === 'done' || outcome === 'replayed') return [];
  return [{ yes: 'sent', no: 'not sent', unknown: 'not known whether sent' }[sent]];
}
