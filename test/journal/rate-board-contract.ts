import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sharesOf } from '../../src/calls/gate/gate-limits.ts';
import { createGates } from '../../src/calls/gate/gates.ts';
import type { DatabaseLocation, OpenDatabase } from '../../src/database/open-database.ts';
import { rateBoard } from '../../src/journal/rate-board.ts';
import { openMigrated } from '../support/both-databases.ts';

/** What accounts of a database must do, so that processes share a provider's rates by them. */
export function rateBoardContract(name: string, location: () => DatabaseLocation): void {
  describe(`rates that processes share, on ${name}`, () => {
    let opened: OpenDatabase[] = [];
    before(async () => {
      // Two of a kind, as two processes have them.
      opened = [await openMigrated(location()), await openMigrated(location())];
    });
    after(() => Promise.all(opened.map(({ database }) => database.destroy())));
    const boards = () => opened.map(rateBoard) as [Board, Board];
    type Board = ReturnType<typeof rateBoard>;
    const once = { requests: 1, tokens: 0 };

    test('of many who ask at once, as many get it as there is; the others are told when', async () => {
      const shares = sharesOf({ requestsPerMinute: 1500 }, once);
      const asked = Array.from({ length: 20 }, (_, nth) =>
        boards()[nth % 2 === 0 ? 0 : 1].take('openai:many', shares),
      );
      const waits = await Promise.all(asked);
      // Five at once, and one more for each 40 ms that the twenty questions took.
      const taken = waits.filter((waitMs) => waitMs === 0).length;
      assert.ok(taken >= 5 && taken < 20, String(taken));
      for (const waitMs of waits) assert.ok(waitMs >= 0 && waitMs <= 41, String(waitMs));
      assert.equal(await boards()[0].take('openai:another', shares), 0);
    });

    test('tokens: what is more than was there is a debt, and what was not used comes back', async () => {
      const [one, two] = boards();
      const limits = { requestsPerMinute: 60_000, tokensPerMinute: 6000 };
      const of = (tokens: number, requests = 1) => sharesOf(limits, { requests, tokens });
      assert.equal(await one.take('openai:tokens', of(1020)), 0);
      const waitMs = await two.take('openai:tokens', of(1));
      // A thousand tokens are ten seconds, less the twenty that one may be ahead.
      assert.ok(waitMs > 9000 && waitMs <= 10_010, String(waitMs));
      await one.correct('openai:tokens', of(-1020, 0));
      assert.equal(await two.take('openai:tokens', of(1)), 0);
    });

    test('an account of which nothing is taken any more is forgotten', async () => {
      const [one] = boards();
      const { database } = opened[0] ?? assert.fail();
      await one.take('openai:old', sharesOf({ requestsPerMinute: 60 }, once));
      const rows = () =>
        database
          .selectFrom('holdfast_rate')
          .select('account')
          .where('account', '=', 'openai:old')
          .execute();
      await one.prune();
      assert.equal((await rows()).length, 1);
      await one.correct('openai:old', { requests: { costMs: -3_700_000, aheadMs: 0 } });
      await one.prune();
      assert.equal((await rows()).length, 1, 'its tokens are not whole for an hour');
      await one.correct('openai:old', { tokens: { costMs: -3_700_000, aheadMs: 0 } });
      await one.prune();
      assert.deepEqual(await rows(), []);
    });

    test('two gates keep to one limit: together they let go what one would', async () => {
      const limits = { openai: { requestsPerMinute: 1200 } };
      const gates = boards().map((rates) => createGates({ limits, rates }));
      const over = new AbortController();
      let went = 0;
      const enter = async (gate: ReturnType<typeof createGates>) => {
        const call = { model: 'openai:gates', fairnessKey: '', tokens: 10, capMs: 60_000 };
        const decision = await gate.enter({ ...call, signal: over.signal });
        assert.equal(decision.kind, 'go');
        went += 1;
        if (decision.kind === 'go') decision.pass.ended({ signal: 'answered' });
      };
      const startedMs = performance.now();
      const all = gates.flatMap((gate) =>
        Array.from({ length: 60 }, () => enter(gate).catch(() => {})),
      );
      await sleep(1000);
      const seconds = (performance.now() - startedMs) / 1000;
      over.abort();
      await Promise.all(all);
      // Twenty a second, and four that were there; each by itself would have made twice as many.
      assert.ok(went <= 20 * seconds + 5, `${went} in ${seconds} s`);
      assert.ok(went >= 10, `${went} in ${seconds} s`);
    });
  });
}
