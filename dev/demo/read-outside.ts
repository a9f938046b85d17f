import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { workflowStatus } from '../../src/client/status.ts';
import type { DemoOrder } from './demo-orders.ts';
import { type AttemptAccount, accountForAttempts, readWorkerLog } from './worker-log.ts';
import type { World } from './world.ts';

/** A succeeded charge at Stripe, and the order it says it is for. */
export interface SeenCharge {
  readonly orderId: string;
  readonly customer: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/** How Temporal says that an order ended. */
export interface SeenOrder {
  readonly orderId: string;
  readonly runId: string;
  readonly status: string;
  readonly failureType?: string;
  /** Requests the model provider received for it. */
  readonly modelRequests: number;
}

/** What can be seen from the outside once all is over. */
export interface Outside {
  readonly orders: readonly SeenOrder[];
  /** Order ids of the rows in the database. */
  readonly rows: readonly string[];
  /** Rows of the ledger that are not `succeeded`, as `key: state`. */
  readonly unsettled: readonly string[];
  /** Keys of effects that an earlier attempt may have done, and that were cleared up since. */
  readonly takenOver: readonly string[];
  readonly charges: readonly SeenCharge[];
  /** For each open ticket, its title and marker. */
  readonly tickets: readonly { readonly title: string; readonly marker: string }[];
  readonly modelRequests: number;
  readonly attempts: AttemptAccount;
}

const rowSchema = z.array(z.object({ order_id: z.string() }));
const ledgerSchema = z.array(
  z.object({ key: z.string(), state: z.string(), in_doubt: z.number() }),
);

/** Reads everything at its source: Temporal, the database's file, Stripe, GitHub, the provider. */
export async function readOutside(world: World, demo: readonly DemoOrder[]): Promise<Outside> {
  const { sandbox, files } = world;
  const [orders, intents, issues] = await Promise.all([
    Promise.all(demo.map(({ orderId }) => readOrder(world, orderId))),
    sandbox.stripe.paymentIntents(),
    sandbox.github.issues(),
  ]);
  return {
    orders,
    ...readDatabase(files.ledger),
    charges: intents
      .filter(({ status }) => status === 'succeeded')
      .map(({ metadata, customer, amount_received, currency }) => ({
        orderId: metadata.holdfast_order ?? '',
        customer: customer ?? '',
        amountMinor: amount_received,
        currency,
      })),
    tickets: issues
      .filter(({ state }) => state === 'open')
      .map(({ title, body }) => ({
        title,
        marker: /^<!-- holdfast:\S+ -->$/m.exec(body ?? '')?.[0] ?? '',
      })),
    modelRequests: sandbox.model.requests.length,
    attempts: accountForAttempts(readWorkerLog(files.workerLog)),
  };
}

async function readOrder({ client, sandbox }: World, orderId: string): Promise<SeenOrder> {
  const { runId, status, failure } = await workflowStatus(client, orderId);
  return {
    orderId,
    runId,
    status,
    ...(failure && { failureType: failure.type }),
    modelRequests: sandbox.model.requestsFor(`${orderId}/`).length,
  };
}

function readDatabase(file: string): Pick<Outside, 'rows' | 'unsettled' | 'takenOver'> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const orders = database.prepare('select order_id from holdfast_order').all();
    const ledger = ledgerSchema.parse(
      database.prepare('select key, state, in_doubt from holdfast_effect').all(),
    );
    return {
      rows: rowSchema.parse(orders).map(({ order_id }) => order_id),
      unsettled: ledger
        .filter(({ state }) => state !== 'succeeded')
        .map(({ key, state }) => `${key}: ${state}`),
      takenOver: ledger.filter(({ in_doubt }) => in_doubt === 1).map(({ key }) => key),
    };
  } finally {
    database.close();
  }
}
