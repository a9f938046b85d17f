import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { clientBatchStore } from '../../src/batch/files/client-batch-store.ts';
import { endClientBatch } from '../../src/batch/files/end-client-batch.ts';
import { fileStore } from '../../src/batch/files/file-store.ts';
import { readClientBatch } from '../../src/batch/files/read-client-batch.ts';
import { batchStore } from '../../src/batch/store/batch-store.ts';
import { submissionStore } from '../../src/batch/submit/submission-store.ts';
import type { OpenDatabase } from '../../src/database/open-database.ts';

const line = (id: string) =>
  `{"custom_id":"${id}","method":"POST","url":"/v1/chat/completions","body":{"model":"openai:m","messages":[]}}\n`;
const day = 24 * 3_600_000;

/** What stores of clients' files and batches, and of submissions, do on either database. */
export function clientBatchContract(name: string, open: () => Promise<OpenDatabase>): void {
  describe(`clients' batches on ${name}`, () => {
    let opened: OpenDatabase;
    before(async () => {
      opened = await open();
    });
    after(() => opened.database.destroy());
    const storesOf = () => ({
      ...{ batches: batchStore(opened), clients: clientBatchStore(opened) },
      ...{ files: fileStore(opened), submissions: submissionStore(opened) },
    });

    test('a file of parts is read, submitted in part, expired, listed and pruned', async () => {
      const stores = storesOf();
      const { files, clients, batches, submissions } = stores;
      const tenant = `t-${name}`;
      for (const id of ['file-1', 'file-2']) {
        await files.begin({ id, tenant });
        await files.addPart(id, 0, Buffer.from(line('a').slice(0, 20)));
        assert.equal(await files.find(tenant, id), undefined);
        await files.addPart(id, 1, Buffer.from(line('a').slice(20) + line('b')));
        await files.whole(id, { filename: 'x.jsonl', bytes: 9, keptMs: day });
      }
      const page = { tenant, limit: 1, order: 'asc' as const };
      const first = await files.list(page, 'batch');
      const second = await files.list({ ...page, after: 'file-1' });
      assert.deepEqual(
        [first, second].map(({ rows, hasMore }) => [rows.map(({ id }) => id), hasMore]),
        [
          [['file-1'], true],
          [['file-2'], false],
        ],
      );

      const asked = {
        ...{ id: `batch_${name}`, tenant, endpoint: '/v1/chat/completions', metadata: null },
        ...{ input_file_id: 'file-1', completion_window: '24h', windowMs: day },
        ...{ models: '["openai:*"]', files_expire_after_ms: null },
      };
      const { id } = await clients.create(asked);
      assert.equal((await clients.latestLike(asked))?.id, id);
      assert.deepEqual(
        (await clients.untold(-1000)).map((each) => each.id),
        [id],
      );
      const providers = [{ name: 'openai', family: 'openai' }];
      const state = await readClientBatch(stores, { providers, mayUse: () => true }, id);
      assert.equal(state, 'in_progress');

      const [one] = await submissions.waiting(id, 0, 10);
      const sending = { seq: Number(one?.seq), before: '', owner: 'sub-1', isAfterLost: false };
      const intent = { id: 'sub-1', batch_id: id, provider: 'openai', url: asked.endpoint };
      const lines = [{ ...sending, reservedNano: 5 }];
      assert.equal(await submissions.intend({ ...intent, lines, maximumCostNano: 4 }), false);
      assert.equal((await submissions.waiting(id, 0, 10)).length, 2);
      assert.equal(await submissions.intend({ ...intent, lines, maximumCostNano: 5 }), true);
      assert.equal((await submissions.waiting(id, 0, 10)).length, 1);
      const [submission] = await submissions.open(id);
      assert.ok(submission && (await submissions.nowMs()) >= Number(submission.created_at_ms));
      assert.equal((await submissions.linesOf(submission, [1, 2])).length, 1);
      assert.equal(await batches.isSubmitted(id), true);
      await submissions.giveBack(submission);
      assert.equal((await submissions.waiting(id, 0, 10)).length, 2);

      await endClientBatch(stores, id, 'expired');
      const ended = await clients.read(id);
      assert.deepEqual([ended?.state, ended?.model], ['expired', 'openai:m']);
      const sums = await batches.read(id);
      assert.deepEqual([Number(sums?.failed), sums?.state], [2, 'cancelled']);
      const errors = await files.find(tenant, ended?.error_file_id ?? '');
      assert.equal(errors?.purpose, 'batch_output');
      assert.equal(await clients.prune(day), 0);
      assert.equal(await clients.prune(-1000), 1);
      assert.equal(await files.find(tenant, errors?.id ?? ''), undefined);
      assert.equal(await batches.read(id), undefined);
      await files.prune();
    });
  });
}
