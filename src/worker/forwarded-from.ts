import type { EndRecords, WebhookRecords } from '../activities/end-forwarded.ts';
import type { ForwardedRecords } from '../calls/forward/forwarded-call.ts';
import type { Config } from '../config.ts';
import { type OpenDatabase, openDatabase } from '../database/open-database.ts';
import { type KeyStore, keyStore } from '../gateway/store/key-store.ts';
import { type RequestStore, requestStore } from '../gateway/store/request-store.ts';
import { webhookEventOf } from '../gateway/store/webhook-event.ts';

/** The records of forwarded calls, opened when the first of them comes: most workers have none. */
export function forwardedFrom(config: Pick<Config, 'DATABASE_URL' | 'HOLDFAST_LEDGER'>): {
  readonly records: ForwardedRecords & EndRecords & WebhookRecords;
  readonly webhookOf: KeyStore['webhookOf'];
  readonly close: () => Promise<void>;
} {
  let opened:
    | {
        readonly database: OpenDatabase;
        readonly store: RequestStore;
        readonly keys: KeyStore;
      }
    | undefined;
  const open = () => {
    if (!opened) {
      const { DATABASE_URL: databaseUrl, HOLDFAST_LEDGER: sqliteFile } = config;
      const database = openDatabase({ databaseUrl, sqliteFile }, { connections: 2 });
      opened = { database, store: requestStore(database), keys: keyStore(database) };
    }
    return opened;
  };
  const store = () => open().store;
  return {
    records: {
      read: (id) => store().read(id),
      answered: (...answered) => store().answered(...answered),
      responds: (...responds) => store().responds(...responds),
      attemptFailed: (...failed) => store().attemptFailed(...failed),
      failed: (...failed) => store().failed(...failed),
      async eventOf(id) {
        const row = await store().read(id);
        return row && webhookEventOf(row);
      },
      told: (id) => store().told(id),
    },
    webhookOf: (keyId: string) => open().keys.webhookOf(keyId),
    close: async () => opened?.database.database.destroy(),
  };
}
