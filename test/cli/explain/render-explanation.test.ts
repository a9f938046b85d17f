import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderExplanation } from '../../../src/cli/explain/render-explanation.ts';
import { summarize } from '../../../src/cli/explain/summarize.ts';
import type { Explanation } from '../../../src/client/explain.ts';
import { explanation } from './order-explained.ts';

const now = new Date('2026-11-23T14:00:00Z');
const view = { width: 80, now, colors: false };
const render = (changes: Partial<Explanation> = {}) =>
  renderExplanation({ ...explanation, ...changes }, view);

describe('an explanation as text', () => {
  test('an order that met most of what can happen, in 80 columns', () => {
    assert.equal(
      render(),
      `
order-1042  done
  workflow  processOrder of 2026-11-23T12:00:00.000Z, took 1 h, run 019a-run-1
  calls     2 calls, 1 repair among them, 5 attempts, 5 sent, 1 lost with a
            killed worker, 1 sent back by the gate, held by the gate for 1.3 s
  billed    2 billed, 2 possibly billed, 3,742 + 197 tokens, 0.0006795 usd

                ├───────┬────≈──┬──≈──┤ 1 h  ≈ idle time left out
  ░ held by the gate  █ attempt  ▒ end unknown  · wait before the next  ═ parked

extract  openai:gpt-4o-mini
  request order-1042/extract
    1 +0.0s     █·                       429 RateLimited (rate_limit_exceeded),
                                         38 ms
                                         next in 2.1 s (Retry-After 2 s +
                                         jitter), not billed, id req_5f1c0d
    2 +2.2s      ░··                     held back by the gate, not counted
                                         gate held it 900 ms, back in 1.5 s
    2 +4.7s         ░██████              Timeout, 5 s
                                         gate held it 420 ms, next in 810 ms
                                         (policy), possibly billed
    3 +10.6s               ▒             lost: its worker was killed
                                         possibly billed
    4 no record yet: under way, or with a dead worker
    5 +14.0s                   ██        answered, 1.2 s
                                         1,812 + 96 tokens, 0.00032940 usd,
                                         billed, id req_77aa01

extract.repair-1  openai:gpt-4o-mini
  request order-1042/extract.repair-1
    1 +15.3s                    ██       answered, 980 ms
                                         1,930 + 101 tokens, 0.0003501 usd,
                                         billed, id req_77aa02

approval  parked: ApprovalRequired
      +16.5s                     ═════   approved, for 1 h, by alice@desk-7

charge  stripe
  key default/order-1042:charge
  ledger succeeded
    1 +1:00:16                       █   503 ServerError, 120 ms
                                         next in 700 ms (policy), sent
    2 +1:00:17                        █  done, 340 ms

ticket
  key default/order-1042:ticket
  ledger unknown: EffectUnknown by github (an earlier attempt may have done it)
`.slice(1, -1),
    );
  });

  test('no line is wider than the terminal', () => {
    for (const width of [60, 80, 100, 120, 200]) {
      const lines = renderExplanation(explanation, { ...view, width }).split('\n');
      assert.deepEqual(
        lines.filter((line) => line.length > width),
        [],
      );
    }
  });

  test('colours change nothing but colours', () => {
    const coloured = renderExplanation(explanation, { ...view, colors: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), render());
    assert.notEqual(coloured, render());
  });

  test('text from outside cannot move the cursor', () => {
    const [first, ...rest] = explanation.attempts;
    assert.ok(first);
    const hostile = { ...first, reason: 'a\u001b[2Jb\nc', providerRequestId: 'x\u009b1A' };
    const text = render({ attempts: [hostile, ...rest] });
    assert.ok(!text.includes('\u001b') && !text.includes('\u009b'));
    assert.match(text, /429 RateLimited \(a\ufffd\[2Jb c\)/);
  });

  test('an answer that was mended is said to be', () => {
    const reason = 'mended: keys without quotes, price rounded';
    const attempts = explanation.attempts
      .filter(({ outcome }) => outcome === 'answered')
      .map((attempt) => ({ ...attempt, reason }));
    assert.match(
      renderExplanation({ ...explanation, attempts }, { ...view, width: 120 }),
      /answered \(mended: keys without quotes, price rounded\), 980 ms/,
    );
  });

  test('a workflow that Temporal has forgotten is explained from journal and ledger', () => {
    const { status: _, ...forgotten } = explanation;
    const text = renderExplanation({ ...forgotten, parks: [] }, view);
    assert.match(text, /^order-1042\n {2}workflow {2}Temporal does not know it any more$/m);
    assert.match(text, /^extract {2}openai:gpt-4o-mini$/m);
  });

  test('nothing has ended yet: what goes on is told', () => {
    const { status } = explanation;
    assert.ok(status);
    const pending = [
      { activity: 'callModel', step: 'callModel', attempt: 3, maximumAttempts: 8, running: true },
      {
        activity: 'charge',
        step: 'charge',
        attempt: 2,
        maximumAttempts: 0,
        running: false,
        nextAttemptAt: new Date('2026-11-23T14:00:05Z'),
      },
    ];
    const { closedAt: _, ...open } = status;
    const text = render({
      status: { ...open, status: 'RUNNING', pending },
      attempts: [],
      effects: [],
      parks: [],
    });
    assert.match(text, /^ {2}now {7}callModel, attempt 3 of 8, runs$/m);
    assert.match(text, /^ {2}now {7}charge, attempt 2, next at 14:00:05$/m);
    assert.match(text, /no attempt has ended yet/);
  });

  test('two runs of one workflow are told apart', () => {
    const [first] = explanation.attempts;
    assert.ok(first);
    const again = { ...first, attemptId: 'other.1', runId: '019a-run-2' };
    const text = render({ attempts: [first, again] });
    assert.match(text, /^extract {2}openai:gpt-4o-mini {2}run 1$/m);
    assert.match(text, /^extract {2}openai:gpt-4o-mini {2}run 2$/m);
  });
});

test('the totals of an explanation', () => {
  assert.deepEqual(summarize(explanation), {
    calls: 2,
    repairs: 1,
    attempts: 5,
    probes: 0,
    sent: 5,
    notSent: 0,
    sentUnknown: 0,
    lost: 1,
    deferred: 1,
    billed: 2,
    possiblyBilled: 2,
    inputTokens: 3742,
    outputTokens: 197,
    cost: { usd: '0.0006795' },
    heldMs: 1320,
  });
});
