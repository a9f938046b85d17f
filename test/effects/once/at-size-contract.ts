import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CompiledQuery } from 'kysely';
import type { OpenDatabase } from '../../../src/database/open-database.ts';
import type { RowFilter } from '../../../src/effects/once/ledger.ts';
import { listRows } from '../../../src/effects/once/list-rows.ts';
import { ledgerIn } from '../../../src/effects/once/open-ledger.ts';
import { fillLedger } from './at-size.ts';

const after30 = { key: 'prod/order-9000:charge', updatedAtMs: Date.now() - 1_000_000 };

const filters: readonly Omit<RowFilter, 'limit'>[] = [
  {},
  { keyPrefix: 'prod/' },
  { keyPrefix: 'prod/', after: after30 },
  { keyPrefix: 'prod/', states: ['unknown'] },
  { keyPrefix: 'prod/', states: ['unknown', 'started'], effect: 'charge' },
  { keyPrefix: 'prod/', states: ['unknown'], orLapsed: true },
  { keyPrefix: 'prod/', states: ['succeeded'] },
  { keyPrefix: 'prod/', effect: 'charge', states: ['succeeded'] },
  { keyPrefix: 'prod/', effect: 'charge', changedAfterMs: 60_000 },
  { keyPrefix: 'prod/', effect: 'ticket', changedBeforeMs: 3_000_000, after: after30 },
  { keyPrefix: 'prod/', changedBeforeMs: 9_990_000 },
  { keyPrefix: 'prod/', effect: 'ticket.s100' },
  { keyPrefix: 'prod/order-77:' },
  { keyPrefix: 'prod/order-77:', states: ['succeeded'], effect: 'charge' },
  { keyPrefix: 'prod/order-77:charge' },
];

/** No page of the ledger costs what the ledger holds. */
export function atSizeContract(name: string, open: () => Promise<OpenDatabase>): void {
  describe(`ledger at size on ${name}`, () => {
    let opened: OpenDatabase;
    before(async () => {
      opened = await open();
      await ledgerIn(opened);
      await fillLedger(opened.database, opened.kind, 10_000);
    });
    after(() => opened.database.destroy());

    for (const filter of filters) {
      it(`lists by an index: ${JSON.stringify(filter)}`, async () => {
        const { database, kind } = opened;
        const query = listRows(database, kind, { ...filter, limit: 100 }).compile();
        const explain = kind === 'postgres' ? 'explain analyze' : 'explain query plan';
        const { rows } = await database.executeQuery(
          CompiledQuery.raw(`${explain} ${query.sql}`, [...query.parameters]),
        );
        const plan = rows.map((row) => Object.values(row as object).join(' ')).join('\n');
        if (filter.effect?.includes('.')) assert.match(plan, /holdfast_effect_step/, plan);
        assert.doesNotMatch(plan, /Seq Scan|SCAN holdfast_effect(?! USING INDEX)/, plan);
        // Sorted are the few rows of a workflow, of a step, or of states that are few.
        const isFew =
          filter.keyPrefix?.includes('order') ||
          filter.states?.includes('unknown') ||
          filter.effect?.includes('.');
        if (!isFew) assert.doesNotMatch(plan, /TEMP B-TREE FOR ORDER BY|Sort Key/, plan);
      });
    }
  });
}
