import type { DemoOrder } from './demo-orders.ts';
import type { TrueCharge } from './ground-truth.ts';
import type { Outside } from './read-outside.ts';

/** One line of the table at the end. */
export interface Check {
  readonly what: string;
  /** What was counted, in words. */
  readonly seen: string;
  /** Who was asked. */
  readonly where: string;
  /** What is wrong; empty when all is right. */
  readonly problems: readonly string[];
}

/** Holds what was seen outside against what must be. Pure: no clock, no server. */
export function checkOutside(
  outside: Outside,
  demo: readonly DemoOrder[],
  truth: Readonly<Record<string, TrueCharge>>,
): Check[] {
  const must = Object.keys(truth);
  return [
    checkOrders(outside, must, demo.length),
    onePerOrder('rows', 'the ledger database, opened read-only', outside.rows, must),
    {
      what: 'effects',
      seen: `${outside.unsettled.length} unsettled`,
      where: 'the ledger database, opened read-only',
      problems: outside.unsettled,
    },
    onePerOrder(
      'charges',
      'Stripe, by order id',
      outside.charges.map(({ orderId }) => orderId),
      must,
    ),
    checkAmounts(outside, truth),
    onePerOrder(
      'tickets',
      'GitHub, by title and marker',
      outside.tickets.map(({ title }) => title.replace('Fulfil order ', '')),
      must,
      outside.tickets.map(({ marker }) => marker),
    ),
    checkRequests(outside),
    ...demo.flatMap((order) => (order.mustFail ? [checkFailed(outside, order)] : [])),
  ];
}

function checkOrders({ orders }: Outside, must: readonly string[], started: number): Check {
  const done = orders.filter(({ status }) => status === 'COMPLETED');
  const failed = orders.filter(({ status }) => status === 'FAILED');
  const wrong = orders.filter(
    ({ orderId, status }) => status !== (must.includes(orderId) ? 'COMPLETED' : 'FAILED'),
  );
  return {
    what: 'orders',
    seen: `${started} started, ${done.length} completed, ${failed.length} failed`,
    where: 'Temporal',
    problems: wrong.map(
      ({ orderId, status, failureType }) =>
        `${orderId} is ${status.toLowerCase()}${failureType ? ` (${failureType})` : ''}`,
    ),
  };
}

/** One for each order, no order twice, none for anything else; markers as well where there are. */
function onePerOrder(
  what: string,
  where: string,
  orderIds: readonly string[],
  must: readonly string[],
  markers: readonly string[] = orderIds,
): Check {
  const duplicates = [...new Set([...repeated(orderIds), ...repeated(markers)])];
  const missing = must.filter((id) => !orderIds.includes(id));
  const foreign = orderIds.filter((id) => !must.includes(id));
  return {
    what,
    seen: `${orderIds.length}, ${duplicates.length} duplicates`,
    where,
    problems: [
      ...duplicates.map((id) => `${what}: ${id} more than once`),
      ...missing.map((id) => `${what}: none for ${id}`),
      ...foreign.map((id) => `${what}: one for ${id || 'no order'}, which was not asked for`),
    ],
  };
}

function repeated(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

function checkAmounts({ charges }: Outside, truth: Readonly<Record<string, TrueCharge>>): Check {
  const wrong = charges.filter(({ orderId, customer, amountMinor, currency }) => {
    const right = truth[orderId];
    return (
      right?.customer !== customer ||
      right.amountMinor !== amountMinor ||
      right.currency !== currency
    );
  });
  return {
    what: 'amounts',
    seen: `${charges.length - wrong.length} of ${charges.length} as in the emails, from the right customer`,
    where: 'Stripe, against a list made by hand',
    problems: wrong.map(
      ({ orderId, customer, amountMinor, currency }) =>
        `${orderId}: ${amountMinor} ${currency} charged to ${customer}`,
    ),
  };
}

function checkRequests({ modelRequests, attempts }: Outside): Check {
  return {
    what: 'model requests',
    seen: `${modelRequests} received, ${attempts.sent} attempts sent`,
    where: "the provider, against the workers' log",
    problems:
      modelRequests === attempts.sent
        ? []
        : [`the provider received ${modelRequests} requests for ${attempts.sent} attempts sent`],
  };
}

function checkFailed({ orders }: Outside, { orderId, mustFail }: DemoOrder): Check {
  const order = orders.find((seen) => seen.orderId === orderId);
  const requests = order?.modelRequests ?? 0;
  const type = order?.failureType ?? 'no failure';
  return {
    what: orderId.replace('order-', ''),
    seen: `${type} after ${requests} request${requests === 1 ? '' : 's'}`,
    where: 'Temporal, and the provider',
    problems:
      type === mustFail && requests === 1
        ? []
        : [`${orderId}: must be ${mustFail} after 1 request, is ${type} after ${requests}`],
  };
}
