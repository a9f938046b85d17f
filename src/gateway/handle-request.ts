import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Incoming, Outgoing } from '../calls/forward/read-incoming.ts';
import { mostForwarded } from '../wire/estimate-tokens.ts';
import { admit, correct, nothingUsed } from './admit.ts';
import { createFirstAttempt } from './first-attempt.ts';
import { createRecordFollower, refusal } from './follow-record.ts';
import type { GatewayDependencies } from './gateway-dependencies.ts';
import { clientTimeoutMs, findOrBegin, idempotencyKeyIn, retryCountIn } from './once.ts';
import { forgetDelivered } from './responses/forget-delivered.ts';
import type { LiveStreams } from './responses/live-streams.ts';
import { settleEnded } from './settle-ended.ts';
import { keepTrying } from './store/keep-trying.ts';
import type { GatewayKey, Reserved } from './store/key-store.ts';
import { isDurable, type NewRequest } from './store/new-request.ts';
import { createClient } from './the-client.ts';

/** With a key or in the background a call goes on for a day; otherwise as long as its client waits. */
const durableDeadlineMs = 24 * 3_600_000;

/** One request, from where it is understood to where its client has an answer. */
export function createRequestHandler(dependencies: GatewayDependencies, lives: LiveStreams) {
  const { answered, failed, handOver, clientGone, forget } = dependencies.store;
  // After something was sent the record is kept, however long the database is away.
  const store = {
    ...dependencies.store,
    answered: keepTrying(answered),
    failed: keepTrying(failed),
    handOver: keepTrying(handOver),
    clientGone: keepTrying(clientGone),
    // What has ended elsewhere may stand at its estimate, which nobody could correct any more.
    async forget(id: string): Promise<void> {
      await settleEnded(dependencies, id);
      await forget(id);
    },
  };
  const kept = { ...dependencies, store };
  const { keys, prices, goOn, once, gateway } = kept;
  const records = createRecordFollower(kept);
  const runFirst = createFirstAttempt({ ...kept, lives, records });

  return async function handle(
    { headers }: Pick<Incoming, 'headers'>,
    outgoing: Outgoing,
    key: GatewayKey,
    response: ServerResponse,
  ): Promise<void> {
    const { request, body, fingerprint } = outgoing;
    const idempotencyKey = idempotencyKeyIn(headers);
    const { isBackground, isStream } = request;
    const isLater = isBackground === true && !isStream;
    const goesOn = isDurable(request, idempotencyKey);
    const asked: NewRequest = {
      id: `fwd-${randomBytes(12).toString('hex')}`,
      tenant: key.tenant,
      apiKey: key.id,
      ...{ idempotencyKey, fingerprint, request, body, gateway },
      deadlineMs: goesOn ? durableDeadlineMs : clientTimeoutMs(headers),
      isHandedOver: isLater,
      hasWebhook: isBackground === true && key.webhookUrl !== undefined,
    };
    const usage = mostForwarded(body.byteLength, request.maximumOutputTokens);
    const mayGo = () => admit(keys, key, { price: prices[request.model], usage });
    const unused = (reserved: Reserved) => correct(keys, reserved, nothingUsed);
    const found = await findOrBegin(store, asked, retryCountIn(headers), once, mayGo, unused);
    const id = found.kind === 'same' ? found.row.id : asked.id;
    const client = createClient(kept, response, { id, request });
    if (request.isForgotten && idempotencyKey === null) {
      response.once('finish', () => forgetDelivered(dependencies, id));
    }
    if (found.kind === 'refused') return client.delivery.error(refusal(found.admission));
    if (found.kind === 'same') {
      const { row, isReplay } = found;
      if (row.broke_off === 1 && row.state === 'begun') {
        const refused = await records.sendAgain(row, client, mayGo);
        if (refused) return client.delivery.error(refused);
      }
      if (isLater) return records.showStanding(row, client);
      if (isReplay) return records.replay(row, client, response);
      return records.follow(row, client, asked.deadlineMs);
    }
    try {
      await (isLater ? beginInBackground() : runFirst(asked, client));
    } finally {
      // What has not ended, and what the database does not take now, is settled by the sweep.
      if (found.admission.reserved) await settleEnded(dependencies, id).catch(() => {});
    }

    /** Nothing is sent here: a workflow makes all attempts, whether this process lives or not. */
    async function beginInBackground(): Promise<void> {
      client.whenGone(() => void client.leave());
      const row = await store.read(id);
      if (!row) throw new Error('the record that was just written is gone');
      // Temporal may be away, and the client needs not wait for it: the record is committed.
      void goOn(row);
      records.showStanding(row, client, true);
    }
  };
}
