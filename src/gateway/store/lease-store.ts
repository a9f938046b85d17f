import { sql } from 'kysely';
import { databaseNowMs } from '../../database/migrations.ts';
import type { OpenDatabase } from '../../database/open-database.ts';
import { withGatewayTables } from './gateway-tables.ts';

/** The gateways that live: each renews its lease; what a dead one began goes on elsewhere. */
export type LeaseStore = ReturnType<typeof leaseStore>;

/** Leases of gateway processes, by the database's clock. */
export function leaseStore({ database, kind }: Pick<OpenDatabase, 'database' | 'kind'>) {
  const tables = withGatewayTables(database);
  const now = databaseNowMs[kind];
  return {
    /** Says that this gateway lives, for so long. */
    async renew(gateway: string, leaseMs: number): Promise<void> {
      const lease_until_ms = sql<number>`${now} + ${sql.lit(leaseMs)}`;
      await tables
        .insertInto('holdfast_gateway')
        .values({ gateway, lease_until_ms })
        .onConflict((conflict) => conflict.column('gateway').doUpdateSet({ lease_until_ms }))
        .execute();
    },
    /** This gateway stops: what it still has goes on elsewhere at once. */
    async end(gateway: string): Promise<void> {
      await tables.deleteFrom('holdfast_gateway').where('gateway', '=', gateway).execute();
    },
    /** How many live, this one included: each has that share of the limits. */
    async living(): Promise<number> {
      const { count } = await tables
        .selectFrom('holdfast_gateway')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('lease_until_ms', '>', now)
        .executeTakeFirstOrThrow();
      return Math.max(1, Number(count));
    },
  };
}
