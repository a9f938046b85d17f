import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type LineFate, startBatchApi } from '../../dev/sandbox/batch-api.ts';
import { type OtherEnd, startMessageBatches } from '../../dev/sandbox/message-batches.ts';
import { batchStore, countsOf } from '../../src/batch/store/batch-store.ts';
import { anthropicBatches } from '../../src/batch/submit/anthropic-batches.ts';
import { cancelSubmissions } from '../../src/batch/submit/cancel-submissions.ts';
import { collectLines } from '../../src/batch/submit/collect-lines.ts';
import { openaiBatches } from '../../src/batch/submit/openai-batches.ts';
import { submissionStore } from '../../src/batch/submit/submission-store.ts';
import { submitLines } from '../../src/batch/submit/submit-lines.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import { bothDatabases, openMigrated } from '../support/both-databases.ts';

// What becomes of a line is in its words.
const fates: Readonly<Record<string, LineFate | { readonly status: number }>> = {
  refuse: { status: 400 },
  late: { fate: 'expired' },
  lost: { fate: 'missing' },
  slow: { fate: 'unrun' },
};
const ends: Readonly<Record<string, OtherEnd>> = {
  refuse: { type: 'errored' },
  late: { type: 'expired' },
  slow: { type: 'canceled' },
};
const openai = await startBatchApi({
  answer: ({ body }) => fates[body.messages[0]?.content ?? ''] ?? 'well',
});
const anthropic = await startMessageBatches({
  answer: ({ params }) => ends[params.messages[0]?.content ?? ''] ?? 'well',
});
after(async () => {
  await openai.stop();
  await anthropic.stop();
});
const providers = [
  { name: 'openai', family: 'openai' },
  { name: 'anthropic', family: 'anthropic' },
];
const apis = {
  openai: openaiBatches({ ...providers[0], baseUrl: openai.baseUrl, apiKey: 'k' } as never),
  anthropic: anthropicBatches({
    ...{ ...providers[1], baseUrl: anthropic.baseUrl, apiKey: 'k' },
  } as never),
};
const chat = '/v1/chat/completions';
const messages = '/anthropic/v1/messages';
const price = { inputPerMillion: '1000', outputPerMillion: '1000', currency: 'usd' };
const policy = {
  ...catalogue.model,
  prices: { 'openai:m': price, 'anthropic:m': price },
};

for (const [name, location] of bothDatabases()) {
  test(`batches at providers, on ${name}`, async (t) => {
    const opened = await openMigrated(location());
    t.after(() => opened.database.destroy());
    const batches = batchStore(opened);
    const dependencies = {
      ...{ batches, submissions: submissionStore(opened), providers },
      apiOf: (provider: string) => apis[provider as keyof typeof apis],
    };
    const never = new AbortController().signal;
    let nth = 0;

    /** A batch with a line of each of these words, at OpenAI or at Anthropic. */
    async function submitted(url: string, words: readonly string[], to = dependencies) {
      nth += 1;
      const id = `batch-${name}-${nth}`;
      await batches.open(id, { tenant: '', settings: '{}' });
      const pass = await batches.beginPass(id);
      const lines = words.map((content, at) => {
        const model = url === chat ? 'openai:m' : 'm';
        const body = { model, max_tokens: 5, messages: [{ role: 'user', content }] };
        return {
          // Anthropic takes only letters, digits, - and _, 64 of them.
          ...{ line: at + 1, customId: `${content} / ${'ü'.repeat(90)}`, url, hash: content },
          body: Buffer.from(JSON.stringify(body)),
        };
      });
      await batches.addLines(id, pass, lines);
      await batches.endPass(id, pass);
      assert.equal(await submitLines(to, { id, policy }, never), undefined);
      return id;
    }
    const collect = async (id: string, thenLive = false) => {
      for (;;) {
        const running = await collectLines(dependencies, { id, policy, thenLive });
        if (running === 0) return;
      }
    };
    const results = async (id: string) =>
      (await batches.resultsInOrder(id, undefined, 100)).map(({ state, error_code }) => {
        return error_code ?? state;
      });
    const account = async (id: string) => {
      const batch = await batches.read(id);
      assert.ok(batch);
      const { answered, failed, costNano } = countsOf(batch);
      return [answered, failed, costNano, Number(batch.reserved_nano)];
    };
    // Half of 15 tokens of 0.001, in 10^-9.
    const paid = 7_500_000;

    await t.test(
      'results in any order, an expired line, a missing one, a refused one',
      async () => {
        const id = await submitted(chat, ['one', 'refuse', 'late', 'lost', 'two']);
        await collect(id);
        assert.deepEqual(await results(id), [
          ...['answered', 'refused', 'batch_expired', 'batch_expired', 'answered'],
        ]);
        assert.deepEqual(await account(id), [2, 3, 2 * paid, 0]);
        const whole = await submitted(chat, ['one', 'lost']);
        await collect(whole);
        assert.deepEqual(await results(whole), ['answered', 'no_result']);
        const other = await submitted(messages, ['one', 'refuse', 'late', 'two']);
        await collect(other);
        assert.deepEqual(await results(other), [
          ...['answered', 'invalid_request_error', 'batch_expired', 'answered'],
        ]);
        assert.deepEqual(await account(other), [2, 2, 2 * paid, 0]);
      },
    );

    for (const url of [chat, messages]) {
      await t.test(
        `cancelled, ${url}: what was run is paid for and kept, the rest is open`,
        async () => {
          const id = await submitted(url, ['one', 'slow', 'refuse', 'two']);
          await cancelSubmissions(dependencies, { id, policy });
          const refused = url === chat ? 'refused' : 'invalid_request_error';
          assert.deepEqual(await results(id), ['answered', 'waiting', refused, 'answered']);
          assert.deepEqual(await account(id), [2, 1, 2 * paid, 0]);
          const open = await dependencies.submissions.waiting(id, 0, 10);
          assert.deepEqual(
            open.map(({ seq }) => Number(seq)),
            [2],
          );
          // It has ended: nothing more is asked of the provider.
          await cancelSubmissions(dependencies, { id, policy });
        },
      );
    }

    await t.test(
      'cancelled by somebody else: an error of its line, which is not run again',
      async () => {
        const id = await submitted(chat, ['one', 'slow']);
        await apis.openai.cancel(openai.batches.at(-1)?.id ?? '');
        await collect(id);
        assert.deepEqual(await results(id), ['answered', 'batch_cancelled']);
      },
    );

    /** It dies when it has submitted, and has not recorded that. */
    const forgetting = {
      ...dependencies,
      submissions: {
        ...dependencies.submissions,
        submitted: () => Promise.reject(new Error('lost')),
      },
    };
    for (const [url, made] of [
      [chat, openai.batches],
      [messages, anthropic.batches],
    ] as const) {
      await t.test(`submitted, ${url}, when nobody recorded that: it is found again`, async () => {
        const before = made.length;
        await assert.rejects(submitted(url, ['one', 'two'], forgetting as never), /lost/);
        const id = `batch-${name}-${nth}`;
        await collect(id);
        assert.equal(await submitLines(dependencies, { id, policy }, never), undefined);
        assert.deepEqual(await results(id), ['answered', 'answered']);
        assert.deepEqual(await account(id), [2, 0, 2 * paid, 0]);
        assert.equal(made.length, before + 1);
      });
    }

    await t.test(
      'cancelled when nobody knows yet that it was made: it is found, and cancelled',
      async () => {
        await assert.rejects(submitted(chat, ['one', 'slow'], forgetting as never), /lost/);
        const id = `batch-${name}-${nth}`;
        await cancelSubmissions(dependencies, { id, policy });
        assert.deepEqual(await results(id), ['answered', 'waiting']);
        assert.equal(openai.batches.at(-1)?.status, 'cancelled');
      },
    );
  });
}

test('nothing was asked that the documentation refuses', () => {
  assert.deepEqual([openai.refusals, anthropic.refusals], [[], []]);
});
