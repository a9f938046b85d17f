import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { BatchLine } from '../../src/batch/input/read-lines.ts';
import type { LineEnd } from '../../src/batch/store/batch-changes.ts';
import { OvertakenReading } from '../../src/batch/store/batch-passes.ts';
import { type BatchStore, batchStore, countsOf } from '../../src/batch/store/batch-store.ts';
import type { OpenDatabase } from '../../src/database/open-database.ts';

/** What a file that is read again, by one command or two, must do to its batch, on either database. */
export function readingsContract(name: string, open: () => Promise<OpenDatabase>): void {
  describe(`readings of a file on ${name}`, () => {
    let opened: OpenDatabase;
    let store: BatchStore;
    let nth = 0;
    before(async () => {
      opened = await open();
      store = batchStore(opened);
    });
    after(async () => opened?.database.destroy());

    const lines = (ids: string, from = 1, hash = 'h') =>
      [...ids].map(
        (customId, index): BatchLine => ({
          ...{ line: from + index, customId, hash, url: '/v1/chat/completions' },
          body: Buffer.from('{}'),
        }),
      );

    /** A batch whose file has a line for each letter. */
    async function batchOf(ids: string): Promise<string> {
      nth += 1;
      const id = `readings-${nth}`;
      await store.open(id, { tenant: '', settings: '{}' });
      const pass = await store.beginPass(id);
      await store.addLines(id, pass, lines(ids));
      await store.endPass(id, pass);
      return id;
    }

    const begin = (id: string, owner: string, server = 's', sinceMs = 0) =>
      store.beginRange(id, { from: 1, to: 500 }, { owner, server, sinceMs });

    async function send(id: string, seq: number): Promise<void> {
      await begin(id, 'w');
      const intent = { seq, owner: 'w', isAfterLost: false, reservedNano: 0 };
      await store.commit(id, { sending: [intent], failed: [], ended: [] });
    }

    async function end(id: string, seq: number, state: LineEnd['state'] = 'answered') {
      const ended: LineEnd = {
        ...{ seq, state, isPossiblyBilled: false, inputTokens: 1, outputTokens: 1 },
        ...{ costNano: 0, releasedNano: 0, status: 200, requestId: null },
        ...{ answer: Buffer.from('{}'), errorCode: state === 'failed' ? 'Timeout' : null },
        errorMessage: state === 'failed' ? 'too\0 late' : null,
      };
      await store.commit(id, { sending: [], failed: [], ended: [ended] });
    }

    async function openSeqs(id: string): Promise<number[]> {
      const [range] = await store.openRanges(id, 500, 1);
      if (!range) return [];
      return (await store.openLines(id, range, 500)).map(({ seq }) => Number(seq));
    }

    const results = async (id: string) =>
      (await store.resultsInOrder(id, undefined, 100)).map(({ custom_id }) => custom_id).join('');

    test('a file with mistakes changes nothing of the batch that runs', async () => {
      const id = await batchOf('ab');
      await send(id, 1);
      await end(id, 1);
      const pass = await store.beginPass(id);
      await store.addLines(id, pass, lines('bcd'));
      // Not checked to its end: nobody sends them.
      assert.deepEqual(await openSeqs(id), [2]);
      assert.equal(await results(id), 'ab');
      await store.dropPass(id, pass);
      assert.deepEqual([await openSeqs(id), await results(id)], [[2], 'ab']);
    });

    test('two commands that read at once lose no line: the later one reads on', async () => {
      const id = `readings-two-${name}`;
      await store.open(id, { tenant: '', settings: '{}' });
      const first = await store.beginPass(id);
      await store.addLines(id, first, lines('ab'));
      const second = await store.beginPass(id);
      assert.deepEqual(await store.addLines(id, second, lines('abc')), new Map());
      await assert.rejects(store.addLines(id, first, lines('cd', 3)), OvertakenReading);
      await assert.rejects(store.endPass(id, first), OvertakenReading);
      await store.dropPass(id, first);
      await store.addLines(id, second, lines('d', 4));
      const { total, state } = await store.endPass(id, second);
      assert.deepEqual([Number(total), state, await results(id)], [4, 'ready', 'abcd']);
    });

    test('a line that was taken out of the file is not sent again, lost or failed as it was', async () => {
      const id = await batchOf('abc');
      await send(id, 1);
      await send(id, 2);
      await end(id, 2, 'failed');
      const [, failed] = await store.resultsInOrder(id, undefined, 2);
      assert.equal(failed?.error_message, 'too late');
      const pass = await store.beginPass(id);
      await store.addLines(id, pass, lines('c'));
      await store.endPass(id, pass);
      assert.equal(await store.reopenFailed(id), 0);
      assert.deepEqual(await store.failures(id), []);
      assert.deepEqual(await openSeqs(id), [3]);
    });

    test('who woke up late says nothing of a line that another one has taken', async () => {
      const id = await batchOf('a');
      const intent = { seq: 1, owner: 'late', isAfterLost: false, reservedNano: 0 };
      const taken = { ...intent, owner: 'next', isAfterLost: true };
      for (const sending of [intent, taken]) {
        await begin(id, sending.owner);
        const { sent } = await store.commit(id, { sending: [sending], failed: [], ended: [] });
        assert.equal(sent.size, 1);
      }
      const nothing = { inputTokens: 0, outputTokens: 0, costNano: 0, releasedNano: 0 };
      const failed = { seq: 1, owner: 'late', isPossiblyBilled: true, ...nothing };
      const { possibly_billed: before } = (await store.read(id)) ?? {};
      await store.commit(id, {
        // Nor does it send anything: the range is another one's.
        sending: [{ ...intent, isAfterLost: true }],
        failed: [{ ...failed, isFree: true, toRepair: null }],
        ended: [
          {
            ...{ ...failed, state: 'failed', status: null, requestId: null, answer: null },
            ...{ errorCode: 'Timeout', errorMessage: 'late' },
          },
        ],
      });
      assert.equal(before, 1);
      assert.equal((await store.read(id))?.possibly_billed, 1);
      const [line] = await store.openLines(id, { from: 1, to: 1 }, 1);
      assert.deepEqual(
        [line?.state, line?.owner, Number(line?.free_attempts)],
        ['sent', 'next', 0],
      );
    });

    test('groups of two workers at once: each line is sent by one, and all sums are exact', async () => {
      const id = await batchOf('abcdef');
      await begin(id, 'w');
      const intents = [1, 2, 3, 4, 5, 6].map((seq) => ({
        ...{ seq, owner: 'w', isAfterLost: false, reservedNano: 10 },
      }));
      const first = { sending: intents.slice(0, 4), failed: [], ended: [] };
      const both = await Promise.all([store.commit(id, first), store.commit(id, first)]);
      assert.deepEqual(both.map(({ sent }) => sent.size).sort(), [0, 4]);
      const paid = { owner: 'w', inputTokens: 3, outputTokens: 2, costNano: 7, releasedNano: 10 };
      const ended = { ...paid, status: 200, requestId: 'r', errorCode: null, errorMessage: null };
      const second = {
        sending: intents.slice(4),
        failed: [
          { ...paid, seq: 3, isPossiblyBilled: true, isFree: true, toRepair: Buffer.from('no') },
        ],
        ended: [
          { ...ended, seq: 1, state: 'answered' as const, isPossiblyBilled: false, answer: null },
          { ...ended, seq: 2, state: 'failed' as const, isPossiblyBilled: true, answer: null },
        ],
      };
      await Promise.all([store.commit(id, second), store.commit(id, second)]);
      const batch = await store.read(id);
      assert.ok(batch);
      assert.deepEqual(countsOf(batch), {
        ...{ total: 6, answered: 1, failed: 1, attempts: 6, possiblyBilled: 2, repairs: 1 },
        ...{ inputTokens: 9, outputTokens: 6, costNano: 21 },
      });
      // Three are under way still.
      assert.equal(Number(batch.reserved_nano), 30);
      const inOrder = await store.resultsInOrder(id, undefined, 9);
      assert.deepEqual(
        inOrder.map(({ state, request_id }) => [state, request_id]),
        [
          ['answered', 'r'],
          ['failed', 'r'],
          ['waiting', null],
          ...[4, 5, 6].map(() => ['sent', null]),
        ],
      );
    });

    test('a line that changed since it was read is not sent: its attempt before may be under way', async () => {
      const id = await batchOf('a');
      await send(id, 1);
      // Read as waiting, and sent meanwhile by whoever had the range before.
      await begin(id, 'next');
      const intent = { seq: 1, owner: 'next', isAfterLost: false, reservedNano: 0 };
      const { sent } = await store.commit(id, { sending: [intent], failed: [], ended: [] });
      assert.equal(sent.size, 0);
      const again = { ...intent, isAfterLost: true };
      const { sent: then } = await store.commit(id, { sending: [again], failed: [], ended: [] });
      assert.deepEqual([then.size, (await store.read(id))?.possibly_billed], [1, 1]);
    });

    test('lines of a batch are given out by one server at a time', async () => {
      const id = await batchOf('ab');
      assert.equal(await begin(id, 'one'), true);
      assert.equal(await begin(id, 'other', 'other server'), false);
      assert.equal(await store.isRunElsewhere(id, 'other server'), true);
      assert.deepEqual(
        [await store.keepRange(id, 'one'), await store.keepRange(id, 'other')],
        [true, false],
      );
      await store.endRange(id, 'one');
      assert.equal(await begin(id, 'other', 'other server'), true);
      assert.equal(await begin(id, 'one'), false);
    });

    test('a run of a range that begins late overtakes none that was given out later', async () => {
      const id = await batchOf('a');
      assert.equal(await begin(id, 'attempt 3', 's', 3), true);
      assert.equal(await begin(id, 'attempt 2', 's', 2), false);
      assert.equal(await store.keepRange(id, 'attempt 3'), true);
      assert.equal(await begin(id, 'attempt 4', 's', 4), true);
      assert.equal(await store.keepRange(id, 'attempt 3'), false);
    });

    test('turns of a batch are spaced evenly, whoever takes them', async () => {
      const id = await batchOf('a');
      const waits = [];
      for (const turns of [1, 10, 1]) waits.push(await store.takeTurns(id, turns, 6));
      const [first = 0, second = 0, third = 0] = waits;
      assert.equal(first, 0);
      assert.ok(second > 5000 && second <= 10_000, `${second}`);
      // Ten turns of ten seconds later, less the time in between.
      assert.ok(third > second + 95_000 && third <= second + 100_000, `${third}`);
    });

    test('a batch has not ended when lines came after it was last looked', async () => {
      const id = await batchOf('a');
      await send(id, 1);
      await end(id, 1);
      const pass = await store.beginPass(id);
      await store.addLines(id, pass, lines('ab'));
      await store.endPass(id, pass);
      await store.mark(id, 'ended');
      assert.equal((await store.read(id))?.state, 'ready');
      const [b = 0] = await openSeqs(id);
      await send(id, b);
      await end(id, b);
      await store.mark(id, 'ended');
      assert.equal((await store.read(id))?.state, 'ended');
      // The same file once more has nothing to send.
      const again = await store.beginPass(id);
      await store.addLines(id, again, lines('ab'));
      assert.equal((await store.endPass(id, again)).state, 'ended');
    });
  });
}
