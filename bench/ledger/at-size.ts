import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sql } from 'kysely';
import { filterFrom } from '../../src/activities/view-effect.ts';
import { type DatabaseLocation, openDatabase } from '../../src/database/open-database.ts';
import type { Effect, FindMarked } from '../../src/effects/once/effect.ts';
import { ledgerIn } from '../../src/effects/once/open-ledger.ts';
import { pruneLedger } from '../../src/effects/operate/prune-ledger.ts';
import { reconcile } from '../../src/effects/operate/reconcile.ts';
import { attemptStore } from '../../src/journal/attempt-store.ts';
import { fillLedger } from '../../test/effects/once/at-size.ts';
import { median } from '../overhead/median.ts';
import { busiestTurn } from './busiest-turn.ts';

/** What something took on a full ledger. */
export interface AtSize {
  readonly name: string;
  readonly timesMs: readonly number[];
  /** The longest that the event loop was kept busy in one turn. */
  readonly longestTurnMs: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const dayMs = 24 * 60 * 60 * 1000;
const indexes = ['changed', 'of_name', 'open', 'owner', 'step'];

/**
 * Everything that is asked of a ledger, on one of so many rows, an order of three effects a second.
 * Commits do not wait for the disk: that is measured on an empty ledger.
 */
export async function measureAtSize(location: DatabaseLocation, rows: number): Promise<AtSize[]> {
  const open = openDatabase(location, { isSynced: false });
  const { database, kind } = open;
  const ledger = await ledgerIn(open);
  const orders = Math.ceil(rows / 3);
  await fillLedger(database, kind, orders);
  await database.transaction().execute(async (transaction) => {
    if (kind === 'postgres') await sql`set local statement_timeout = 0`.execute(transaction);
    await sql`insert into holdfast_attempt (attempt_id, kind, workflow_id, run_id, request_id, step,
      attempt, provider, started_at_ms, sent, outcome) select "key", 'effect',
      substr("key", 6, 14), '', "key", effect, 1, 'stripe', created_at_ms, 'yes', 'done'
      from holdfast_effect`.execute(transaction);
  });
  if (kind === 'postgres') await sql`analyze holdfast_attempt`.execute(database);

  const measured: AtSize[] = [];
  async function measure(name: string, times: number, work: (nth: number) => Promise<unknown>) {
    const timesMs: number[] = [];
    const longestTurnMs = await busiestTurn(async () => {
      for (let nth = 0; nth < times; nth += 1) {
        const startedMs = performance.now();
        await work(nth);
        timesMs.push(performance.now() - startedMs);
        // As requests come: each in a turn of its own. SQLite answers within the turn.
        await nextTurn();
      }
    });
    measured.push({ name, timesMs, longestTurnMs });
  }
  async function measureClaims(what: string) {
    const claimOf = (nth: number) => ({
      ...{ key: `prod/${what || 'new'}-${nth}:charge`.replaceAll(' ', ''), effect: 'charge' },
      ...{ fingerprint: 'v1:f', request: '{}', leaseMs: 60_000 },
    });
    await measure(`claim${what}`, 500, (nth) => ledger.claim(claimOf(nth)));
    const claimed = await Promise.all(
      Array.from({ length: 500 }, (_, nth) => ledger.read(claimOf(nth))),
    );
    await measure(`record${what}`, 500, async (nth) => {
      const row = claimed[nth];
      if (!row || !(await ledger.record(row, '{"chargeId":"pi_1"}'))) throw new Error('not ours');
    });
  }

  await measureClaims('');
  const { operator } = ledger;
  const middle = { key: `prod/order-${orders / 2}:charge`, updatedAtMs: Date.now() - orders * 500 };
  const pages = {
    effects: {},
    'effects, a page in the middle': {
      after: `v2/${Math.round(middle.updatedAtMs)}/${middle.key}`,
    },
    'effects --state unknown': { state: 'unknown' },
    'effects --effect charge': { effect: 'charge' },
    'effects --effect ticket.s100': { effect: 'ticket.s100' },
    'effects --workflow order-77': { workflowId: 'order-77' },
  } as const;
  for (const [name, filter] of Object.entries(pages)) {
    await measure(name, 50, () => operator.list({ ...filterFrom(filter, 'prod'), limit: 100 }));
  }
  await measure('explain', 50, (nth) => attemptStore(open).read(`order-${500 + nth}:save`, 500));

  const charge = markedCharge(orders);
  const signal = new AbortController().signal;
  // As many days as there are orders.
  const days = Math.ceil((orders * 1000) / dayMs);
  const beforeBytes = liveBytes();
  let peakBytes = beforeBytes;
  let reports = 0;
  const asked = {
    ...{ sinceMs: days * dayMs, scopes: ['prod'], signal },
    onProgress() {
      reports += 1;
      if (reports % 250 === 0) peakBytes = Math.max(peakBytes, liveBytes());
    },
  };
  await measure(`reconcile --since ${days}d`, 1, async () => {
    const { compared, differences } = await reconcile(ledger, [charge], asked);
    console.log(JSON.stringify({ compared, differences: differences.length }));
  });
  const grownMiB = (peakBytes - beforeBytes) / 1024 / 1024;
  console.log(`reconcile holds ${grownMiB.toFixed(1)} MiB at most\n`);
  const effects = ['save', 'charge', 'ticket'].map((name) => {
    return { name, policy: 'payment', does: '', retentionDays: 0 };
  });
  // The oldest thousand orders.
  const olderThanMs = (orders - 1000) * 1000;
  await measure('prune 3,000 rows, 3,000 attempts', 1, async () => {
    // Temporal is asked, which takes a turn at least.
    const workflowExists = () => nextTurn(false);
    const pruning = { olderThanMs, effects, scope: 'prod', workflowExists, dryRun: false };
    const { removed } = await pruneLedger(ledger, pruning);
    if (removed < 2900) throw new Error(`only ${removed} were pruned`);
  });

  for (const index of indexes) {
    await sql`drop index if exists ${sql.table(`holdfast_effect_${index}`)}`.execute(database);
  }
  await measureClaims(' without the indexes of pages');
  await ledger.close();
  return measured;
}

/** What is in use, without what waits to be collected. */
function liveBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A target that holds every charge there is, and lists it a hundred a page. */
function markedCharge(orders: number): Effect<unknown, unknown> {
  const itemOf = (order: number) => {
    const mark = `prod/order-${order}:charge`;
    return { mark, id: `pi_${order}`, state: 'succeeded', done: true };
  };
  const findMarked: FindMarked = {
    markOf: (key) => key,
    idOf: (result) => (result as { chargeId: string }).chargeId,
    async *list() {
      for (let last = orders; last > 0; last -= 100) {
        yield Array.from({ length: Math.min(100, last) }, (_, nth) => itemOf(last - nth));
      }
    },
  };
  return { name: 'charge', target: 'stripe', findMarked } as unknown as Effect<unknown, unknown>;
}

/** The figures of one store as a Markdown table. */
export function atSizeTable(title: string, measured: readonly AtSize[]): string {
  return [
    `| ${title} | median ms | longest ms | longest turn ms |`,
    '|---|---:|---:|---:|',
    ...measured.map(({ name, timesMs, longestTurnMs }) => {
      const times = [median([...timesMs]), Math.max(...timesMs), longestTurnMs];
      return `| ${name} | ${times.map((each) => each.toFixed(1)).join(' | ')} |`;
    }),
  ].join('\n');
}
