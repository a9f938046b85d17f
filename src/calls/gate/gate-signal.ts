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
 * @param sent whether the request left this machine: one that did not says nothing of the provider,
 *   unless the connection failed.
 */
export function signalOf(type: FailureType, sent: boolean | undefined): GateSignal {
  const signal = signals[type];
  if (signal) return signal;
  return sent === false ? 'unknown' : 'answered';
}
