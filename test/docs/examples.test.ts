import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listEffectsOf } from '../../src/app/define-app.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import { rateLimitsByModelSchema } from '../../src/calls/gate/gate-limits.ts';
import { renderExplanation } from '../../src/cli/explain/render-explanation.ts';
import { renderPolicy } from '../../src/cli/render-policy.ts';
import { orders } from '../../src/orders/app.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { modelRequest, recordingLog } from '../calls/caller.ts';
import { explanation } from '../cli/explain/order-explained.ts';
import { fencedBlocks, readPage } from './pages.ts';

const retries = readPage('docs/retries.md');
const operations = readPage('docs/operations.md');

describe('the JSON of docs/retries.md is accepted', () => {
  const [limits, ...policies] = fencedBlocks(retries, 'json').map((text) => JSON.parse(text));

  test('the rate limits file', () => {
    assert.deepEqual(rateLimitsByModelSchema.parse(limits), limits);
  });

  for (const [index, policy] of policies.entries()) {
    test(`policies file ${index + 1} of ${policies.length}`, () => {
      assert.ok(Object.keys(resolvePolicies(policy)).includes('model'));
    });
  }

  test('there are a file of rate limits and two of policies', () => {
    assert.deepEqual([Object.keys(limits).length, policies.length], [2, 2]);
  });
});

describe('what docs/retries.md shows is what the commands print', () => {
  const shown = fencedBlocks(retries, '');

  test('holdfast policy model', () => {
    const printed = renderPolicy('model', catalogue.model, { width: 80 }).split('\n');
    assert.deepEqual(linesNotIn(shown[0] ?? '', printed), []);
  });

  test('holdfast explain', () => {
    const view = { width: 80, now: new Date('2026-11-23T14:00:00Z'), colors: false };
    const printed = renderExplanation(explanation, view).split('\n');
    assert.deepEqual(linesNotIn(shown[1] ?? '', printed), []);
  });
});

test('the line of the log in docs/operations.md is what a failed attempt writes', () => {
  const [text = '{}'] = fencedBlocks(operations, 'json');
  const { level: _, time: __, pid: ___, ...shown } = JSON.parse(text);
  let clockMs = 0;
  const recorded = recordingLog();
  const attempt = createAttemptLog(recorded.log, () => clockMs).start({
    workflowId: 'order-1042',
    request: modelRequest(),
    attempt: 2,
  });
  clockMs = 412;
  attempt.failed(
    {
      type: 'RateLimited',
      by: 'openai',
      status: 429,
      reason: 'rate_limit_exceeded',
      sent: true,
      providerRequestId: 'req_5f1c0d',
      retryAfterMs: 4000,
    },
    { retry: true, delayMs: 4200, source: 'Retry-After' },
  );
  const { level: ____, time: _____, ...written } = recorded.events()[1];
  assert.deepEqual(shown, written);
});

test('the retention in docs/operations.md is that of the effects', () => {
  const byDays = Map.groupBy(listEffectsOf(orders), ({ retentionDays }) => retentionDays);
  for (const [days, effects] of byDays) {
    const names = effects.map(({ name }) => `\`${name}\``).join(', ');
    assert.ok(operations.includes(`| ${names} | ${days} days |`), `${names}: ${days} days`);
  }
});

function linesNotIn(shown: string, printed: readonly string[]): readonly string[] {
  return shown.split('\n').filter((line) => !printed.includes(line));
}

test('docs/how-to/own-workflow.md shows the files of the project that is installed and run', () => {
  const page = readPage('docs/how-to/own-workflow.md');
  const shown = [...page.matchAll(/```ts\n\/\/ ([\w.]+\.ts)\n([\s\S]*?)```/g)];
  assert.deepEqual(
    shown.map(([, file]) => file),
    ['app.ts', 'workflows.ts', 'worker.ts', 'start.ts', 'triage.test.ts'],
  );
  for (const [, file = '', code] of shown) {
    assert.equal(code, readPage(`test/package/project/triage/${file}`), file);
  }
});
