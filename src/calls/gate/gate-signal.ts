import type { AttemptErrorFields } from '../../failures/attempt-error.ts';
import type { FailureType } from '../../failures/failure-types.ts';

/**
 * What the end of an attempt tells about the provider, for all calls that use it:
 *
 * - `answered`: it works, whatever it said (a refused key is an answer too).
 * - `limited`: too many requests for now.
 * - `overloaded`: no capacity for now.
 * - `broken`: it failed, and not because of the request; only several in a row mean something.
 * - `unknown`: the attempt was cancelled, or never reached it.
 */
export type GateSignal = 'answered' | 'limited' | 'overloaded' | 'broken' | 'unknown';

const signals: Partial<Record<FailureType, GateSignal>> = {
  RateLimited: 'limited',
  Overloaded: 'overloaded',
  ServerError: 'broken',
  Timeout: 'broken',
  ConnectionFailed: 'broken',
  WorkerLost: 'unknown',
};

/**
 * Reads a failed attempt as a signal.
 *
 * One that did not leave this machine says nothing of the provider, unless the connection failed. A
 * 503 or 529 is an outage also where the provider forbids to retry this request.
 */
export function signalOf({
  type,
  status,
  sent,
}: Pick<AttemptErrorFields, 'type' | 'status' | 'sent'>): GateSignal {
  const signal = signals[type];
  if (signal) return signal;
  if (status === 503 || status === 529) return 'overloaded';
  return sent === false ? 'unknown' : 'answered';
}
