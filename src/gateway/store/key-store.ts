import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { databaseNowMs } from '../../database/migrations.ts';
import type { OpenDatabase } from '../../database/open-database.ts';
import { readNowMs } from '../../database/read-now-ms.ts';
import type { Price } from '../../policies/budget-schema.ts';
import { type KeyLimits, keyLimitsSchema } from '../keys/key-limits.ts';
import { withGatewayTables } from './gateway-tables.ts';

/** A key as it is known; the key itself is not kept. */
export interface GatewayKey {
  readonly id: string;
  readonly tenant: string;
  readonly limits: KeyLimits;
  /** Where the ends of its background calls are told; only operators set it. */
  readonly webhookUrl?: string;
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
}

/** Where ends are told, and what signs them: both sides need it, so it is stored as it is. */
export interface Webhook {
  readonly url: string;
  /** `whsec_` and 32 random bytes, as Standard Webhooks has it. */
  readonly secret: string;
}

/** A key that was made: key and secret are shown this once. */
export interface AddedKey {
  readonly id: string;
  readonly key: string;
  readonly webhookSecret?: string;
}

/** What a key used, or is about to use, in a window. */
export interface Use {
  readonly requests: number;
  readonly tokens: number;
  /** In 10^-9 of the budget's currency. */
  readonly costNano: number;
}

/** What was added to a key's windows for a request, until it is known what that used. */
export interface Reserved {
  readonly keyId: string;
  readonly windows: readonly string[];
  readonly use: Use;
  /** That of the model, in the budget's currency. */
  readonly price?: Price;
  /** Attempts before it that the key is charged with already. */
  readonly counted?: number;
}

/** The keys of clients, and what they used. */
export type KeyStore = ReturnType<typeof keyStore>;

/**
 * Keys are random, 32 bytes, so SHA-256 hides them well enough, and finding one by its hash compares
 * nothing of the key itself: no time tells how much of a guess was right.
 */
export function keyStore({ database, kind }: Pick<OpenDatabase, 'database' | 'kind'>) {
  const tables = withGatewayTables(database);
  const now = databaseNowMs[kind];
  const rows = () => tables.selectFrom('holdfast_gateway_key').selectAll();
  let wasMade = false;
  return {
    async add(tenant: string, limits: KeyLimits, webhookUrl?: string): Promise<AddedKey> {
      const id = `key_${randomBytes(6).toString('hex')}`;
      const key = `hf_${randomBytes(32).toString('base64url')}`;
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      const webhook: Webhook | undefined = webhookUrl ? { url: webhookUrl, secret } : undefined;
      await tables
        .insertInto('holdfast_gateway_key')
        .values({
          ...{ id, tenant, hash: hashOf(key), limits: JSON.stringify(limits) },
          webhook: webhook ? JSON.stringify(webhook) : null,
          ...{ created_at_ms: now, revoked_at_ms: null },
        })
        .execute();
      return { id, key, ...(webhook && { webhookSecret: secret }) };
    },
    /** Also of a key that was revoked since: its calls were accepted. */
    async webhookOf(id: string): Promise<Webhook | undefined> {
      const row = await rows().where('id', '=', id).executeTakeFirst();
      return row?.webhook ? JSON.parse(row.webhook) : undefined;
    },
    async list(): Promise<GatewayKey[]> {
      return (await rows().orderBy('created_at_ms').execute()).map(keyOf);
    },
    /** @returns whether there was such a key in use. */
    async revoke(id: string): Promise<boolean> {
      const { numUpdatedRows } = await tables
        .updateTable('holdfast_gateway_key')
        .set({ revoked_at_ms: now })
        .where('id', '=', id)
        .where('revoked_at_ms', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    /** The key in use, if it is one of ours. */
    async find(key: string): Promise<GatewayKey | undefined> {
      const row = await rows()
        .where('hash', '=', hashOf(key))
        .where('revoked_at_ms', 'is', null)
        .executeTakeFirst();
      return row && keyOf(row);
    },
    /** Whether any key was ever made: from then on, none is served without. */
    async hasAny(): Promise<boolean> {
      // None is ever deleted: what was there need not be looked for again.
      wasMade ||= (await rows().limit(1).executeTakeFirst()) !== undefined;
      return wasMade;
    },
    /** Whether there are keys of anybody else. */
    async hasOtherTenants(tenant: string): Promise<boolean> {
      const row = await rows()
        .where('tenant', '!=', tenant)
        .where('revoked_at_ms', 'is', null)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    /** Adds to what a key used in a window, over all gateways. @returns what it is with that. */
    async use(keyId: string, window: string, { requests, tokens, costNano }: Use): Promise<Use> {
      const total = await tables
        .insertInto('holdfast_gateway_use')
        .values({ key_id: keyId, window, requests, tokens, cost_nano: costNano })
        .onConflict((conflict) =>
          conflict.columns(['key_id', 'window']).doUpdateSet({
            requests: sql<number>`holdfast_gateway_use.requests + ${requests}`,
            tokens: sql<number>`holdfast_gateway_use.tokens + ${tokens}`,
            cost_nano: sql<number>`holdfast_gateway_use.cost_nano + ${costNano}`,
          }),
        )
        .returning(['requests', 'tokens', 'cost_nano as costNano'])
        .executeTakeFirstOrThrow();
      return total;
    },
    /** Forgets the minutes of more than an hour ago; days and months are few. */
    async pruneUse(nowMs: number): Promise<void> {
      const lastMinute = Math.floor(nowMs / 60_000) - 60;
      await tables
        .deleteFrom('holdfast_gateway_use')
        .where('window', 'like', 'minute/%')
        .where('window', '<', `minute/${lastMinute}`)
        .execute();
    },
    /** The database's clock: the windows of all gateways begin together. */
    nowMs: (): Promise<number> => readNowMs(tables, kind),
  };
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function keyOf(row: {
  id: string;
  tenant: string;
  limits: string;
  webhook: string | null;
  created_at_ms: number;
  revoked_at_ms: number | null;
}): GatewayKey {
  const { id, tenant, created_at_ms: createdAtMs, revoked_at_ms: revokedAtMs } = row;
  const limits = keyLimitsSchema.parse(JSON.parse(row.limits));
  const webhookUrl = row.webhook ? { webhookUrl: JSON.parse(row.webhook).url } : {};
  return { id, tenant, limits, ...webhookUrl, createdAtMs, revokedAtMs };
}
