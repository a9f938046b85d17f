import assert from 'node:assert/strict';
import type { CallsWorld } from './calls-world.ts';

/** The rule of one owner of retries: the server saw exactly the attempts that were marked as sent. */
export function assertRequestsEqualAttempts(world: Pick<CallsWorld, 'provider' | 'log'>): void {
  const sent = world.log.filter(({ event }) => event === 'attempt.sent').length;
  assert.equal(world.provider.requests.length, sent, 'requests at the server == attempts sent');
}
