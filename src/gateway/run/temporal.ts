import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { type Connected, connect } from '../../client/connect.ts';

/** A connection to Temporal that is made when it is needed, and made again after it was lost. */
export function createTemporal(log: Logger) {
  let connecting: Promise<Connected> | undefined;
  return {
    async client(): Promise<Client> {
      connecting ??= connect();
      try {
        return (await connecting).client;
      } catch (error) {
        connecting = undefined;
        log.warn({ event: 'gateway.temporal-away' });
        throw error;
      }
    },
    /** Something failed with it: the next use connects anew. */
    lost(): void {
      const last = connecting;
      connecting = undefined;
      void last?.then((connected) => connected.close()).catch(() => {});
    },
    async close(): Promise<void> {
      await connecting?.then((connected) => connected.close()).catch(() => {});
    },
  };
}
