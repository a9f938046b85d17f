import type { ServerResponse } from 'node:http';
import type { Admission } from './admit.ts';
import type { ToldError } from './answer/error-answer.ts';
import { deliver } from './answer/recorded-answer.ts';
import type { GatewayDependencies } from './gateway-dependencies.ts';
import { jsonHead, responseObject } from './responses/response-object.ts';
import type { AttemptsUsed } from './store/new-request.ts';
import type { StoredRequest } from './store/stored-request.ts';
import type { Client } from './the-client.ts';

/** What becomes of a record whose attempts others make: a workflow, or another request of a client. */
export type RecordFollower = ReturnType<typeof createRecordFollower>;

/** How a workflow goes on: when, and with which response of a provider that has it. */
export interface GoingOn {
  readonly delayMs: number;
  readonly responseId?: string | undefined;
}

/** Makes what waits for records, and delivers what they say. */
export function createRecordFollower({
  store,
  watch,
  goOn,
}: Pick<GatewayDependencies, 'store' | 'watch' | 'goOn'>) {
  /** Waits for the end of a request, for so long, and delivers what is recorded. */
  async function follow(row: StoredRequest, client: Client, deadlineMs: number): Promise<void> {
    const { delivery } = client;
    if (row.ended_at_ms === null) {
      const signal = AbortSignal.any([delivery.gone, AbortSignal.timeout(deadlineMs)]);
      try {
        await watch.ended(row.id, signal);
      } catch {
        if (delivery.gone.aborted) await client.leave();
        else delivery.error(stillRunning);
        return;
      }
    }
    const ended = row.ended_at_ms === null ? await store.read(row.id) : row;
    if (!ended) return delivery.error(stillRunning);
    client.told(ended);
    deliver(delivery, ended);
  }

  return {
    follow,

    /** The same, for who asks again for what has ended. */
    async replay(row: StoredRequest, client: Client, response: ServerResponse): Promise<void> {
      response.setHeader('idempotent-replayed', 'true');
      client.told(row);
      deliver(client.delivery, row);
    },

    /** What a call in the background is told at once. */
    showStanding(row: StoredRequest, client: Client, isNew = false): void {
      client.told(row);
      client.delivery.whole(jsonHead, responseObject(row, isNew));
    },

    /** A workflow goes on with what this process has begun. @returns its record, unless that is gone. */
    async handOver(
      id: string,
      used: AttemptsUsed,
      { delayMs, responseId }: GoingOn,
    ): Promise<StoredRequest | undefined> {
      const isOpen = await store.handOver(id, used, responseId);
      const row = await store.read(id);
      if (row && isOpen) await goOn(row, delayMs);
      return row;
    },

    /** What broke off, and is asked for again, is sent once more. @returns why not, where its key may not. */
    async sendAgain(
      row: StoredRequest,
      client: Client,
      mayGo: () => Promise<Admission>,
    ): Promise<ToldError | undefined> {
      const admission = await mayGo();
      if (admission.kind !== 'go') {
        await client.leave();
        return refusal(admission);
      }
      // What broke off has been counted, and stays so.
      if (admission.reserved) await store.reserve(row.id, { ...admission.reserved, counted: 1 });
      await store.handOver(row.id, { attempts: 1, possiblyBilled: 1 });
      await goOn({ ...row, attempts: 1, possibly_billed: 1 });
      return undefined;
    },
  };
}

const stillRunning = {
  status: 504,
  type: 'Timeout',
  message: 'the call has not ended yet; ask again with the same Idempotency-Key for its answer',
} as const;

/** What the client of a key is told that may not make a request now. */
export function refusal({ kind, reason, waitMs }: Exclude<Admission, { kind: 'go' }>): ToldError {
  const type = kind === 'rate' ? 'RateLimited' : 'QuotaExhausted';
  // A budget that is used up is not waited for: the SDK tells its caller at once.
  return { status: 429, type, message: reason, ...(kind === 'rate' && { retryAfterMs: waitMs }) };
}
