import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { GatewayTables } from './gateway-tables.ts';
import { isDurable } from './new-request.ts';

/**
 * Takes over what gateways that are dead have begun. A call that goes on without its client goes on as
 * a workflow. Any other may have been paid for, and whether its client comes back is not known: it is
 * left for who asks for the same again, and is sent a second time only then. Nobody does within the
 * client's own time: it is over.
 *
 * @returns the ids of those that need a workflow.
 */
export async function takeOver(
  tables: Kysely<GatewayTables>,
  now: RawBuilder<number>,
): Promise<string[]> {
  // It may have been sent: that attempt counts, and may have been billed.
  // What the provider goes on with is only fetched.
  const possibly_billed = sql<number>`case when response_id is null then 1 else 0 end`;
  const used = { has_client: 0, attempts: 1, possibly_billed };
  const begun = await tables
    .selectFrom('holdfast_request')
    .select(['id', 'idempotency_key', 'is_claimed', 'request'])
    .where('state', '=', 'begun')
    .where((where) => where.or([where('broke_off', '=', 0), where('is_claimed', '=', 1)]))
    .where('gateway', 'not in', (query) =>
      query
        .selectFrom('holdfast_gateway')
        .select('holdfast_gateway.gateway')
        .where('lease_until_ms', '>', now),
    )
    .execute();
  const { goesOn = [], isLeft = [] } = Object.groupBy(begun, (row) => {
    if (row.is_claimed === 1) return 'goesOn';
    return isDurable(JSON.parse(row.request), row.idempotency_key) ? 'goesOn' : 'isLeft';
  });
  const change = (rows: readonly { readonly id: string }[]) => {
    const ids = rows.map(({ id }) => id);
    // Another gateway looks at the same time.
    const where = tables.updateTable('holdfast_request').where('state', '=', 'begun');
    return where.where('id', 'in', ids);
  };
  if (isLeft.length > 0) {
    const unclaimed = change(isLeft).where('is_claimed', '=', 0);
    await unclaimed.set({ ...used, broke_off: 1 }).execute();
  }
  await tables
    .updateTable('holdfast_request')
    .set({ state: 'cancelled', failure: JSON.stringify(notAskedFor), ended_at_ms: now })
    .where('state', '=', 'begun')
    .where('broke_off', '=', 1)
    .where('is_claimed', '=', 0)
    .where('deadline_at_ms', '<', now)
    .execute();
  if (goesOn.length === 0) return [];
  const taken = change(goesOn)
    .set({ ...used, state: 'running' })
    .returning('id');
  return (await taken.execute()).map(({ id }) => id);
}

const notAskedFor = {
  type: 'ConnectionFailed',
  message: 'its client was gone, and nobody asked for it again',
  status: 502,
} as const;
