import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { overloaded, quotaExhausted, serverError, text } from '../../dev/sandbox/model-faults.ts';
import { type ModelProvider, startModelProvider } from '../../dev/sandbox/model-provider.ts';
import { pass } from '../../dev/sandbox/wire-fault.ts';
import type { BatchLine } from '../../src/batch/input/read-lines.ts';
import { createRunRange } from '../../src/batch/run/run-range.ts';
import { type BatchStore, batchStore, countsOf } from '../../src/batch/store/batch-store.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import { createForwardAttempt } from '../../src/calls/forward/forward-attempt.ts';
import { createRunAttempt } from '../../src/calls/forward/run-attempt.ts';
import { createGates } from '../../src/calls/gate/gates.ts';
import type { OpenDatabase } from '../../src/database/open-database.ts';
import { type KeyBudget, windowOf } from '../../src/gateway/keys/key-limits.ts';
import { keyStore } from '../../src/gateway/store/key-store.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import type { RangeInput } from '../../src/wire/batch.ts';

const faults: Record<string, readonly (typeof pass | ReturnType<typeof text>)[]> = {
  'twice busy': [overloaded, overloaded],
  'once broken': [serverError],
  'not JSON': [text('It is a lamp.')],
  'wrong shape': [text('{"kind":7}')],
  'always wrong': Array.from({ length: 9 }, () => text('{"kind":7}')),
  'in a fence': [text('```json\n{"kind":"lamp"}\n```')],
  'no money': [quotaExhausted],
};

/** What a range must do with its lines, on either database. */
export function runRangeContract(name: string, open: () => Promise<OpenDatabase>): void {
  describe(`a range on ${name}`, () => {
    let opened: OpenDatabase;
    let store: BatchStore;
    let provider: ModelProvider;
    let nth = 0;
    before(async () => {
      opened = await open();
      store = batchStore(opened);
      const seen = new Map<string, number>();
      provider = await startModelProvider({
        answer: () => '{"kind":"lamp"}',
        faults({ body }) {
          const content: string = Object(body).messages[0].content;
          const count = seen.get(content) ?? 0;
          seen.set(content, count + 1);
          const [, words = ''] = content.split(': ');
          return faults[words]?.[count] ?? pass;
        },
      });
    });
    after(async () => {
      await provider?.stop();
      await opened?.database.destroy();
    });

    /** A batch of lines with these words, each of which the provider treats as they say. */
    async function batchOf(words: readonly string[], schema?: object, budget?: KeyBudget) {
      nth += 1;
      const id = `batch-${nth}`;
      const settings = JSON.stringify({ schema, budget });
      await store.open(id, { tenant: '', settings });
      const pass = await store.beginPass(id);
      const lines = words.map((each, index): BatchLine => {
        const messages = [{ role: 'user', content: `${id} ${index}: ${each}` }];
        const body = Buffer.from(JSON.stringify({ model: 'p:m', messages }));
        return {
          ...{ line: index + 1, customId: `c-${index}`, url: '/v1/chat/completions' },
          ...{ hash: `h-${index}`, body },
        };
      });
      assert.deepEqual(await store.addLines(id, pass, lines), new Map());
      await store.endPass(id, pass);
      return id;
    }

    function run(
      id: string,
      owner: string,
      change: Partial<RangeInput> = {},
      from = store,
      server = 's',
    ) {
      const log = pino({ level: 'silent' });
      const runAttempt = createRunAttempt({
        gates: createGates(),
        attempt: createForwardAttempt({
          resolve: () => ({ name: 'p', family: 'openai', baseUrl: provider.baseUrl, apiKey: 'k' }),
          log,
        }),
        log: createAttemptLog(log),
      });
      const providers = [{ name: 'p', family: 'openai' }];
      const signal = new AbortController().signal;
      const prices = {
        'p:m': { inputPerMillion: '1000', outputPerMillion: '1000', currency: 'usd' },
      };
      const policy = { ...catalogue.model, initialIntervalMs: 10, maximumIntervalMs: 20, prices };
      return createRunRange({ store: from, runAttempt, providers })(
        { id, tenant: '', from: 1, to: 500, concurrency: 4, policy, ...change },
        { owner, server, sinceMs: 0, stopping: signal, signal },
      );
    }

    const intentOf = (owner: string, isAfterLost = false) => ({
      ...{ seq: 1, owner, isAfterLost, reservedNano: 0 },
    });
    /** The first line is sent by a worker, which then says nothing more. */
    async function sendAs(id: string, owner: string, isAfterLost = false): Promise<boolean> {
      await store.beginRange(id, { from: 1, to: 500 }, { owner, server: 's', sinceMs: 0 });
      const sending = [intentOf(owner, isAfterLost)];
      return (await store.commit(id, { sending, failed: [], ended: [] })).sent.has(1);
    }

    const results = async (id: string) =>
      (await store.resultsInOrder(id, undefined, 100)).map(
        ({ state, error_code, answer }) =>
          [
            state,
            error_code,
            answer && JSON.parse(Buffer.from(answer).toString()).choices?.[0]?.message.content,
          ] as const,
      );
    const counts = async (id: string) => {
      const batch = await store.read(id);
      assert.ok(batch);
      return countsOf(batch);
    };
    const lamp = ['answered', null, '{"kind":"lamp"}'] as const;
    const schema = {
      type: 'object',
      properties: { kind: { type: 'string' } },
      required: ['kind'],
      additionalProperties: false,
    };

    test('what is transient is tried again; each request is counted', async () => {
      const id = await batchOf(['well', 'twice busy', 'once broken']);
      assert.deepEqual(await run(id, 'w'), { kind: 'done' });
      assert.deepEqual(await results(id), [lamp, lamp, lamp]);
      const { answered, attempts, possiblyBilled } = await counts(id);
      assert.deepEqual([answered, attempts, possiblyBilled], [3, 6, 0]);
      assert.equal(provider.requestsFor(`${id}/`).length, 6);
    });

    test('answers are mended, repaired, or told with what is wrong', async () => {
      const id = await batchOf(['not JSON', 'wrong shape', 'in a fence', 'always wrong'], schema);
      assert.deepEqual(await run(id, 'w'), { kind: 'done' });
      assert.deepEqual(await results(id), [
        ...[lamp, lamp, lamp],
        ['failed', 'SchemaMismatch', '{"kind":7}'],
      ]);
      const { repairs, attempts } = await counts(id);
      assert.deepEqual([repairs, attempts], [3, 7]);
      assert.deepEqual(
        provider.requests
          .map(({ requestId }) => requestId)
          .filter((each) => each?.startsWith(`${id}/line-2`)),
        [`${id}/line-2`, `${id}/line-2.repair-1`],
      );
    });

    test('an empty account stops the range and fails no line', async () => {
      const id = await batchOf(['no money', 'well']);
      const stopped = await run(id, 'w', { concurrency: 1 });
      assert.equal(stopped.kind === 'stopped' && stopped.type, 'QuotaExhausted');
      assert.deepEqual(await results(id), [
        ['waiting', null, null],
        ['waiting', null, null],
      ]);
      assert.deepEqual(await run(id, 'w2'), { kind: 'done' });
      assert.deepEqual(await results(id), [lamp, lamp]);
    });

    test('what was sent by a worker that is gone is sent again, and told as possibly billed', async () => {
      const id = await batchOf(['well', 'well']);
      await sendAs(id, 'gone');
      assert.deepEqual(await run(id, 'next'), { kind: 'done' });
      const { attempts, possiblyBilled } = await counts(id);
      assert.deepEqual([attempts, possiblyBilled], [3, 1]);
      // The one that was gone comes back: its line is another's, and its answer is the second one.
      const { sent: late } = await store.commit(id, {
        ...{ sending: [intentOf('gone')], failed: [] },
        ended: [
          {
            ...{ seq: 1, state: 'failed', isPossiblyBilled: false, inputTokens: 1 },
            ...{ outputTokens: 1, costNano: 1, releasedNano: 0, status: null, requestId: null },
            ...{ answer: null, errorCode: 'Timeout', errorMessage: 'late' },
          },
        ],
      });
      assert.equal(late.size, 0);
      assert.deepEqual(await results(id), [lamp, lamp]);
      assert.equal((await counts(id)).failed, 0);
    });

    test('an answer waits for a database that is away for a moment: its line is not sent again', async () => {
      const id = await batchOf(['well', 'well']);
      let isAway = true;
      const away: BatchStore = {
        ...store,
        async commit(of, what) {
          if (what.ended.length === 0 || !isAway) return store.commit(of, what);
          isAway = false;
          throw new Error('the connection was lost');
        },
      };
      assert.deepEqual(await run(id, 'w', {}, away), { kind: 'done' });
      assert.deepEqual([isAway, await results(id)], [false, [lamp, lamp]]);
      assert.equal(provider.requestsFor(`${id}/`).length, 2);
    });

    test('a repair that was recorded goes on in another process', async () => {
      const id = await batchOf(['well'], schema);
      const wrong = Buffer.from(
        '{"choices":[{"message":{"content":"{}"},"finish_reason":"stop"}]}',
      );
      const paid = { inputTokens: 1, outputTokens: 1, costNano: 0, releasedNano: 0 };
      const unusable = {
        seq: 1,
        owner: 'gone',
        isFree: true,
        isPossiblyBilled: false,
        toRepair: wrong,
        ...paid,
      };
      await sendAs(id, 'gone');
      await store.commit(id, { sending: [], failed: [unusable], ended: [] });
      assert.deepEqual(await run(id, 'next'), { kind: 'done' });
      assert.deepEqual(await results(id), [lamp]);
      const [request] = provider.requestsFor(`${id}/`);
      assert.equal(request?.requestId, `${id}/line-1.repair-1`);
    });

    test('no line is sent with which the batch could cost more than it may', async () => {
      const id = await batchOf(['well', 'well', 'well', 'well']);
      // A line may cost about 1,020 tokens of 0.001, and costs less: there is room for one at a time.
      assert.deepEqual(await run(id, 'w', { maximumCostNano: 1.5e9 }), { kind: 'done' });
      const { answered, attempts, costNano } = await counts(id);
      assert.deepEqual([answered, attempts], [4, 4]);
      const next = await batchOf(['well', 'well', 'well', 'well']);
      const stopped = await run(next, 'w', { maximumCostNano: 1.03e9 + costNano / 4 });
      assert.equal(stopped.kind === 'stopped' && stopped.message.includes('--max-cost'), true);
      assert.equal((await counts(next)).attempts, 2);
    });

    test("a key's budget holds over its batches and calls, whoever runs them; the rest waits", async () => {
      const keys = keyStore(opened);
      const { id: keyId } = await keys.add('', {});
      const budgetOf = (nano: number, currency = 'usd') => ({
        ...{ keyId, amount: (nano / 1e9).toFixed(6), currency, per: 'month' as const },
      });
      const window = windowOf('month', Date.now());
      const nothing = { requests: 0, tokens: 0, costNano: 0 };
      const usedNano = async () => Number((await keys.use(keyId, window, nothing)).costNano);
      const words = Array.from({ length: 6 }, () => 'well');
      // A line may cost about 1.02, and costs less: there is room for two at a time.
      const both = [
        await batchOf(words, undefined, budgetOf(2.5e9)),
        await batchOf(words, undefined, budgetOf(2.5e9)),
      ];
      const own = batchStore(opened);
      const again = async (id: string, from: BatchStore) => {
        // Held back while the other one has all of the room.
        while ((await run(id, 'w', {}, from)).kind === 'held');
      };
      await Promise.all([again(both[0] ?? '', store), again(both[1] ?? '', own)]);
      const costs = await Promise.all(both.map(async (id) => (await counts(id)).costNano));
      const [perBatch = 0] = costs;
      assert.ok(perBatch > 0);
      assert.deepEqual([costs[1], await usedNano()], [perBatch, 2 * perBatch]);

      // Of six lines one fits: the rest waits, and no answer is paid that the budget does not have.
      const tight = budgetOf(2 * perBatch + 1.03e9);
      const last = await batchOf(words, undefined, tight);
      const held = await run(last, 'w', { concurrency: 1 });
      assert.equal(held.kind === 'held' && held.reason.includes('budget'), true);
      const { answered, failed } = await counts(last);
      assert.ok(answered >= 1 && answered < 6, `${answered}`);
      assert.deepEqual([failed, await usedNano()], [0, 2 * perBatch + (answered * perBatch) / 6]);

      const never = await batchOf(['well'], undefined, budgetOf(9e9, 'eur'));
      assert.deepEqual(await run(never, 'w'), { kind: 'done' });
      assert.deepEqual(await results(never), [['failed', 'insufficient_quota', null]]);
      assert.equal((await counts(never)).attempts, 0);
    });
  });
}
