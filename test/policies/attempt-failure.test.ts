import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AttemptErrorFields } from '../../src/failures/attempt-error.ts';
import { attemptFailure } from '../../src/policies/attempt-failure.ts';
import { catalogue } from '../../src/policies/catalogue.ts';

const limited: AttemptErrorFields = {
  type: 'RateLimited',
  by: 'openai',
  status: 429,
  reason: 'rate_limit_exceeded',
  retryAfterMs: 4200,
  providerRequestId: 'req_1',
  sent: true,
};

function failureOf(error: AttemptErrorFields, attempt = 3, elapsedMs = 0) {
  const { failure, decision } = attemptFailure(error, {
    requestId: 'order-1042/extract',
    policy: catalogue.model,
    attempt,
    elapsedMs,
    random: () => 0,
  });
  const { type, message, nonRetryable, nextRetryDelay, details } = failure;
  return { type, message, nonRetryable, nextRetryDelay, details: details?.[0], decision };
}

describe('the failure of an attempt', () => {
  test('says what happened and what comes next, and carries the delay', () => {
    assert.deepEqual(failureOf(limited), {
      type: 'RateLimited',
      message:
        '429 RateLimited by openai (rate_limit_exceeded): attempt 3 of 8 failed, next in 4.2 s (Retry-After)',
      nonRetryable: false,
      nextRetryDelay: 4200,
      details: {
        requestId: 'order-1042/extract',
        attempt: 3,
        maximumAttempts: 8,
        providerRequestId: 'req_1',
        status: 429,
        sent: true,
        retryAfterMs: 4200,
        elapsedMs: 0,
        nextRetryDelayMs: 4200,
        delaySource: 'Retry-After',
      },
      decision: { retry: true, delayMs: 4200, source: 'Retry-After' },
    });
  });

  test('that was paid for says so', () => {
    const usage = { inputTokens: 11, outputTokens: 7 };
    const { details } = failureOf({ type: 'ContentRejected', by: 'openai', status: 200, usage }, 1);
    assert.deepEqual(details, {
      requestId: 'order-1042/extract',
      attempt: 1,
      maximumAttempts: 8,
      status: 200,
      inputTokens: 11,
      outputTokens: 7,
      elapsedMs: 0,
    });
  });

  // biome-ignore format: a table is read by its columns
  const rows: [what: string, failed: ReturnType<typeof failureOf>, type: string, isFinal: boolean, message: string][] = [
    ['by the policy\'s own delay', failureOf({ type: 'Overloaded', by: 'openai', status: 503 }, 1), 'Overloaded', false, '503 Overloaded by openai (the provider has no capacity for now): attempt 1 of 8 failed, next in 0.3 s'],
    ['at the last attempt', failureOf(limited, 8), 'RateLimited', true, '429 RateLimited by openai (rate_limit_exceeded): attempt 8 of 8 failed, giving up: no attempts left'],
    ['when the budget ends', failureOf(limited, 3, 3_599_000), 'RateLimited', true, '429 RateLimited by openai (rate_limit_exceeded): attempt 3 of 8 failed, giving up: the elapsed budget of 3600.0 s ends first'],
    ['that no retry cures', failureOf({ type: 'InvalidCredentials', by: 'openai', reason: 'no API key is configured', sent: false }, 1), 'InvalidCredentials', true, 'InvalidCredentials by openai (no API key is configured): attempt 1 of 8 failed, not retried: a retry cannot cure it'],
    ['that asks for ten hours', failureOf({ ...limited, retryAfterMs: 36_000_000 }, 1), 'QuotaExhausted', true, '429 QuotaExhausted by openai (asked to wait 36000.0 s): attempt 1 of 8 failed, giving up: the policy waits at most 300.0 s'],
  ];
  for (const [what, failed, type, isFinal, message] of rows) {
    test(what, () => {
      assert.deepEqual(
        [failed.type, failed.nonRetryable, failed.message],
        [type, isFinal, message],
      );
      if (isFinal) assert.equal(failed.nextRetryDelay, undefined);
    });
  }
});
