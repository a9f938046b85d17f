import pg from 'pg';
import { listEffects } from '../../src/client/effects.ts';
import { workflowStatus } from '../../src/client/status.ts';
import type { Told } from './act.ts';
import type { ChaosWorld } from './world.ts';

/** What was counted from outside, and what of it must not be. */
export interface Count {
  readonly orders: number;
  readonly completed: number;
  readonly cancelled: number;
  readonly charges: number;
  readonly tickets: number;
  /** Charges of cancelled orders; each must be listed. */
  readonly chargedAndCancelled: number;
  /** A sentence each; empty where all is right. */
  readonly wrong: readonly string[];
}

/** Looks at Stripe, GitHub, the database and Temporal; what the workflows say counts only as a list. */
export async function countOutside(
  world: ChaosWorld,
  ids: readonly string[],
  told: Told,
): Promise<Count> {
  const [payments, issues, rows] = await Promise.all([
    world.sandbox.stripe.paymentIntents(),
    world.sandbox.github.issues(),
    savedOrders(world.databaseUrl),
  ]);
  const paid = payments.filter(({ status }) => status === 'succeeded');
  const open = issues.filter(({ state }) => state === 'open');
  const wrong: string[] = [];
  const totals = { completed: 0, cancelled: 0, chargedAndCancelled: 0 };
  for (const id of ids) {
    const charges = paid.filter(({ metadata }) => chargeOf(metadata.holdfast_key) === id);
    const tickets = open.filter(({ title }) => title === `Fulfil order ${id}`);
    const saved = rows.filter((each) => each === id).length;
    const counts = [saved, charges.length, tickets.length] as const;
    const seen = `${id}: ${counts.join(', ')} rows, charges, tickets`;
    if (Math.max(...counts) > 1) wrong.push(`twice: ${seen}`);
    const { status, failure } = await workflowStatus(world.client, id);
    if (status === 'COMPLETED') totals.completed += 1;
    else if (status === 'CANCELLED') totals.cancelled += 1;
    if (status === 'COMPLETED' && Math.min(...counts) < 1) wrong.push(`completed, but ${seen}`);
    if (status !== 'COMPLETED' && status !== 'CANCELLED')
      wrong.push(`lost: ${id} is ${status}: ${failure?.message}`);
    const [charge] = charges;
    if (status !== 'CANCELLED' || !charge) continue;
    totals.chargedAndCancelled += 1;
    const listed = await listedOf(world, id, told);
    if (!listed.some((text) => text.includes(charge.id) || text.includes(`${id}:charge`))) {
      wrong.push(`charged, cancelled and not listed: ${id} (${charge.id})`);
    }
  }
  const charges = paid.length;
  return { orders: ids.length, ...totals, charges, tickets: open.length, wrong };
}

/** The order of a charge's key, whatever its generation. */
function chargeOf(key: string | undefined): string | undefined {
  return /^default\/(.+):charge(#\d+)?$/.exec(key ?? '')?.[1];
}

/** All that a person is told of a cancelled order: by `cancel`, `status`, `effects --state unknown`. */
async function listedOf({ client }: ChaosWorld, id: string, told: Told): Promise<string[]> {
  const { left } = await workflowStatus(client, id);
  const { effects } = await listEffects(client, { state: 'unknown', workflowId: id });
  return [told.get(id)?.left, left]
    .flatMap((each) => (each ? [...each.done, ...each.inDoubt] : []))
    .concat(effects.map(({ key }) => key));
}

async function savedOrders(connectionString: string): Promise<string[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ order_id: string }>(
      'select order_id from holdfast_order',
    );
    return rows.map(({ order_id }) => order_id);
  } finally {
    await client.end();
  }
}
