import type { EndRecords } from '../activities/end-forwarded.ts';
import type { ForwardedRecords } from '../calls/forward/forwarded-call.ts';
import type { Config } from '../config.ts';
import { type OpenDatabase, openDatabase } from '../database/open-database.ts';
import { type RequestStore, requestStore } from '../gateway/store/request-store.ts';

/** The records of forwarded calls, opened when the first of them comes: most workers have none. */
export function forwardedFrom(config: Pick<Config, 'DATABASE_URL' | 'HOLDFAST_LEDGER'>): {
  readonly records: ForwardedRecords & EndRecords;
  readonly close: () => Promise<void>;
} {
  let opened: { readonly database: OpenDatabase; readonly store: RequestStore } | undefined;
  const store = () => {
    if (!opened) {
      const { DATABASE_URL: databaseUrl, HOLDFAST_LEDGER: sqliteFile } = config;
      const database = openDatabase({ databaseUrl, sqliteFile }, { connections: 2 });
      opened = { database, store: requestStore(database) };
    }
    return opened.store;
  };
  return {
    records: {
      read: (id) => store().read(id),
      answered: (...answered) => store().answered(...answered),
      attemptFailed: (...failed) => store().attemptFailed(...failed),
      failed: (...failed) => store().failed(...failed),
    },
    close: async () => opened?.database.database.destroy(),
  };
}
