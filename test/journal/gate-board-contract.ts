import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { migrate } from '../../src/database/migrations.ts';
import {
  type DatabaseLocation,
  type OpenDatabase,
  openDatabase,
} from '../../src/database/open-database.ts';
import { gateBoard } from '../../src/journal/gate-board.ts';
import type { NamedGateSnapshot } from '../../src/wire/provider-gate.ts';

const free: NamedGateSnapshot = {
  model: 'openai:gpt-4o-mini',
  state: 'free',
  forMs: 4000,
  limit: 20,
  inFlight: 3,
  waiting: 0,
};
const down: NamedGateSnapshot = { ...free, state: 'down', waiting: 7, nextInMs: 60_000 };

/** What a board must do, whatever its database. */
export function gateBoardContract(name: string, location: () => DatabaseLocation): void {
  describe(`board of gates on ${name}`, () => {
    let opened: OpenDatabase;
    before(async () => {
      opened = openDatabase(location());
      await migrate(opened.database, opened.kind);
    });
    after(() => opened.database.destroy());

    /** As if this worker had said nothing for so long. */
    const silence = (worker: string, ms: number) =>
      sql`update holdfast_gate set updated_at_ms = updated_at_ms - ${sql.lit(ms)} where worker = ${worker}`.execute(
        opened.database,
      );

    test('what each worker said last, reckoned to now; who is silent is not shown, and forgotten in the end', async () => {
      const [one, two] = [gateBoard(opened, '1@here'), gateBoard(opened, '2@there')];
      await one.post([]);
      assert.deepEqual(await one.read(), []);
      await one.post([free, { ...free, model: 'google:gemini-2.5-flash' }]);
      await one.post([down]);
      await two.post([free]);
      await silence('1@here', 10_000);
      const seen = await two.read();
      assert.deepEqual(
        seen.map(({ model, worker, state, waiting }) => [model, worker, state, waiting]),
        [
          ['google:gemini-2.5-flash', '1@here', 'free', 0],
          ['openai:gpt-4o-mini', '1@here', 'down', 7],
          ['openai:gpt-4o-mini', '2@there', 'free', 0],
        ],
      );
      const [, aged] = seen;
      assert.ok(aged && aged.ageMs >= 10_000 && aged.ageMs < 30_000, `${aged?.ageMs}`);
      assert.equal(aged.forMs, 4000 + aged.ageMs);
      assert.equal(aged.nextInMs, 60_000 - aged.ageMs);

      await silence('1@here', 30_000);
      assert.deepEqual(
        (await two.read()).map(({ worker }) => worker),
        ['2@there'],
      );
      await silence('1@here', 24 * 60 * 60 * 1000);
      await two.leave();
      const { rows } = await sql`select * from holdfast_gate`.execute(opened.database);
      assert.deepEqual(rows, []);
    });
  });
}
