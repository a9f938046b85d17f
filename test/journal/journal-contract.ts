import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseLocation } from '../../src/database/open-database.ts';
import { type Journal, type JournalEvent, openJournal } from '../../src/journal/journal.ts';
import type { ModelRequest } from '../../src/wire/model-call.ts';
import { callOf, requestOf } from './attempts.ts';

/** An attempt that no database takes. */
function misfit(attempt: number) {
  const { step: _, ...request } = requestOf();
  return { ...callOf('refused', attempt), request: request as ModelRequest };
}

/** What a journal must do, whatever its database. */
export function journalContract(name: string, location: () => DatabaseLocation): void {
  describe(`journal on ${name}`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-journal-'));
    after(() => rmSync(folder, { recursive: true, force: true }));
    let clock = 1_700_000_000_000;
    const now = () => {
      clock += 10;
      return clock;
    };

    async function withJournal(work: (journal: Journal) => Promise<void>): Promise<void> {
      const journal = openJournal({ ...location(), folder, now });
      try {
        await work(journal);
      } finally {
        await journal.close();
      }
    }

    test('an answered attempt, with what it cost', () =>
      withJournal(async (journal) => {
        const record = journal.calls.start({ ...callOf('answered'), heldMs: 250.4 });
        record.sent();
        record.finished({
          usage: { inputTokens: 1000, outputTokens: 100 },
          providerRequestId: 'req_1',
          mended: ['comments', 'price rounded'],
        });
        const [row] = await journal.read('answered', 10);
        const { attemptId, startedAtMs = 0, ...rest } = row ?? {};
        assert.match(String(attemptId), /^[0-9a-z]+-\d+-[0-9a-f]{8}\.1$/);
        assert.deepEqual(rest, {
          kind: 'call',
          workflowId: 'answered',
          runId: 'run-1',
          requestId: 'answered/extract',
          step: 'extract',
          attempt: 1,
          model: 'openai:gpt-4o-mini',
          provider: 'openai',
          sent: 'yes',
          sentAtMs: startedAtMs + 10,
          finishedAtMs: startedAtMs + 20,
          outcome: 'answered',
          reason: 'mended: comments, price rounded',
          providerRequestId: 'req_1',
          inputTokens: 1000,
          outputTokens: 100,
          cost: '0.00021',
          currency: 'usd',
          heldMs: 250,
          billing: 'billed',
        });
      }));

    test('failed attempts: type, delay and where it came from, what may have been billed', () =>
      withJournal(async (journal) => {
        const limited = journal.calls.start(callOf('failed', 1));
        limited.sent();
        limited.failed(
          { type: 'RateLimited', by: 'openai', status: 429, retryAfterMs: 2000, sent: true },
          { retry: true, delayMs: 2100, source: 'Retry-After' },
        );
        const slow = journal.calls.start(callOf('failed', 2));
        slow.sent();
        slow.failed(
          { type: 'Timeout', by: 'openai', sent: true },
          { retry: true, delayMs: 900, source: 'policy' },
        );
        const keyless = journal.calls.start(callOf('failed', 3));
        keyless.failed(
          { type: 'InvalidCredentials', by: 'openai', reason: 'no key', sent: false },
          { retry: false, why: 'permanent' },
        );
        journal.calls.deferred({ ...callOf('failed', 4), heldMs: 30_000 }, 5000);
        const rows = await journal.read('failed', 10);
        const [first = {}, second = {}, third = {}, fourth = {}] = rows.map(
          ({ attemptId: _, kind: __, requestId: ___, startedAtMs: ____, ...rest }) => {
            const { workflowId, runId, step, model, provider, sentAtMs, finishedAtMs, ...told } =
              rest;
            return told;
          },
        );
        assert.deepEqual(first, {
          attempt: 1,
          outcome: 'RateLimited',
          sent: 'yes',
          status: 429,
          retryAfterMs: 2000,
          delayMs: 2100,
          delaySource: 'Retry-After',
          billing: 'not billed',
        });
        assert.deepEqual(second, {
          attempt: 2,
          outcome: 'Timeout',
          sent: 'yes',
          delayMs: 900,
          delaySource: 'policy',
          billing: 'possibly billed',
        });
        assert.deepEqual(third, {
          attempt: 3,
          outcome: 'InvalidCredentials',
          sent: 'no',
          reason: 'no key',
          stopped: 'permanent',
          billing: 'not billed',
        });
        assert.deepEqual(fourth, {
          attempt: 4,
          outcome: 'deferred',
          sent: 'no',
          delayMs: 5000,
          delaySource: 'gate',
          heldMs: 30_000,
          billing: 'not billed',
        });
      }));

    test('attempts of effects', () =>
      withJournal(async (journal) => {
        const effect = {
          workflowId: 'effect',
          runId: 'run-1',
          key: 'test/effect:charge',
          effect: 'charge',
          target: 'stripe',
        };
        journal.effects
          .start({ ...effect, attempt: 1 })
          .failed(
            { type: 'ServerError', by: 'stripe', status: 503, sent: true },
            { retry: true, delayMs: 500, source: 'policy' },
          );
        journal.effects.start({ ...effect, attempt: 2 }).succeeded({ replayed: false });
        journal.effects.start({ ...effect, attempt: 3 }).succeeded({ replayed: true });
        const rows = await journal.read('effect', 10);
        assert.deepEqual(
          rows.map((row) => [
            row.kind,
            row.requestId,
            row.step,
            row.provider,
            row.outcome,
            row.sent,
          ]),
          [
            ['effect', 'test/effect:charge', 'charge', 'stripe', 'ServerError', 'yes'],
            ['effect', 'test/effect:charge', 'charge', 'stripe', 'done', 'yes'],
            ['effect', 'test/effect:charge', 'charge', 'stripe', 'replayed', 'no'],
          ],
        );
      }));

    test('only the latest are read, oldest first', () =>
      withJournal(async (journal) => {
        for (const attempt of [1, 2, 3]) journal.calls.start(callOf('many', attempt)).interrupted();
        const rows = await journal.read('many', 2);
        assert.deepEqual(
          rows.map(({ attempt }) => attempt),
          [2, 3],
        );
      }));

    test('nonsense from outside is stored as what a database takes', () =>
      withJournal(async (journal) => {
        journal.calls.start(callOf('odd')).finished({
          usage: { inputTokens: 1e300, outputTokens: Number.NaN },
          providerRequestId: `a\u0000b\ud800${'x'.repeat(1000)}`,
        });
        journal.calls
          .start(callOf('odd', 2))
          .finished({ usage: { inputTokens: 1.5, outputTokens: -1 } });
        journal.calls.start(callOf('odd', 3)).finished({
          usage: { inputTokens: 1, outputTokens: 1 },
          providerRequestId: true as unknown as string,
        });
        const [row, next, last] = await journal.read('odd', 10);
        assert.equal(row?.inputTokens, 9_007_199_254_740_991);
        assert.equal(row?.outputTokens, undefined);
        assert.equal(row?.providerRequestId?.slice(0, 5), 'a b\ufffdx');
        assert.equal(row?.providerRequestId?.length, 255);
        assert.deepEqual([next?.inputTokens, next?.outputTokens], [2, -1]);
        assert.equal(last?.providerRequestId, 'true');
      }));

    test('across many batches nothing is lost or doubled, and what is under way stays', () =>
      withJournal(async (journal) => {
        const open = journal.calls.start(callOf('long', 1));
        open.sent();
        for (let attempt = 2; attempt <= 500; attempt += 1) {
          journal.calls.start(callOf('long', attempt)).interrupted();
          if (attempt === 97) await journal.flush();
        }
        const attempts = async () =>
          (await journal.read('long', 1000)).map(({ attempt }) => attempt).sort((a, b) => a - b);
        assert.deepEqual(
          await attempts(),
          Array.from({ length: 499 }, (_, index) => index + 2),
        );
        open.interrupted();
        assert.deepEqual(
          await attempts(),
          Array.from({ length: 500 }, (_, index) => index + 1),
        );
      }));

    test('an attempt that the database refuses is told once and left out; the others are kept', async () => {
      const events: JournalEvent[] = [];
      const open = () =>
        openJournal({ ...location(), folder, now, onEvent: (event) => events.push(event) });
      const journal = open();
      for (let attempt = 1; attempt <= 9; attempt += 1) {
        journal.calls.start(attempt === 4 ? misfit(4) : callOf('refused', attempt)).interrupted();
      }
      await journal.flush();
      await journal.flush();
      assert.equal((await journal.read('refused', 10)).length, 8);
      journal.calls.start(misfit(10));
      journal.calls.start(callOf('refused', 11));
      await journal.close();
      const next = open();
      await next.flush();
      assert.equal((await next.read('refused', 10)).at(-1)?.attempt, 11);
      await next.close();
      const refusal =
        name === 'SQLite' ? 'NOT NULL constraint failed: holdfast_attempt.step' : '23502 step';
      assert.deepEqual(
        events.map((event) =>
          event.event === 'journal.attempt-refused'
            ? [event.attemptId.replace(/^.*\./, ''), event.error]
            : event,
        ),
        [['4', refusal], ['10', refusal], { event: 'journal.taken-in', attempts: 1, lost: 1 }],
      );
    });

    test('what is recorded after the close does no harm', async () => {
      const journal = openJournal({ ...location(), folder, now });
      const [ending, sending] = [1, 2].map((attempt) =>
        journal.calls.start(callOf('late', attempt)),
      );
      ending?.sent();
      await journal.close();
      sending?.sent();
      ending?.finished({ usage: { inputTokens: 1, outputTokens: 1 } });
      journal.calls.start(callOf('late', 3)).sent();
      await nextTurn();
      await withJournal(async (next) => {
        await next.flush();
        const rows = await next.read('late', 10);
        assert.deepEqual(
          rows.map(({ attempt, outcome, billing }) => [attempt, outcome, billing]),
          [
            [1, 'lost', 'possibly billed'],
            [2, 'lost', 'not billed'],
          ],
        );
      });
    });

    test('a journal that was closed in peace leaves no files', () => {
      assert.deepEqual(readdirSync(folder), []);
    });
  });
}
