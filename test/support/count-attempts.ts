import assert from 'node:assert/strict';

/** A line of the attempt log, as JSON. */
export type LogLine = { readonly event: string; readonly [field: string]: unknown };

/** What a server of models has received, and what a worker's log says of it. */
export interface CountedWorld {
  readonly requests: readonly { readonly requestId?: string }[];
  readonly log: readonly { readonly event?: unknown; readonly requestId?: unknown }[];
}

/**
 * The rule of one owner of retries: the server saw exactly the attempts that were marked as sent,
 * call by call. The attempts of a killed worker are no exception: the mark is written before the
 * request leaves.
 */
export function assertRequestsEqualAttempts({ requests, log }: CountedWorld): void {
  const sent = log.filter(({ event }) => event === 'attempt.sent');
  const received = requests.map(({ requestId }) => requestId).sort();
  const marked = sent.map(({ requestId }) => requestId).sort();
  assert.deepEqual(received, marked, 'requests at the server == attempts sent, call by call');
}
