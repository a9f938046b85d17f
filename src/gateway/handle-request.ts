import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Incoming, Outgoing } from '../calls/forward/read-incoming.ts';
import type { ResumePoint } from '../calls/forward/resume-response.ts';
import { type AttemptErrorFields, describeAttemptError } from '../failures/attempt-error.ts';
import { mostForwarded } from '../wire/estimate-tokens.ts';
import { clientStatus, type ForwardFailure, forwardStep } from '../wire/forwarded.ts';
import { type Admission, admit, type Used } from './admit.ts';
import { answerHeaders } from './answer/answer-headers.ts';
import { createDelivery } from './answer/delivery.ts';
import type { ToldError } from './answer/error-answer.ts';
import { deliver } from './answer/recorded-answer.ts';
import type { GatewayDependencies } from './gateway-dependencies.ts';
import { clientTimeoutMs, findOrBegin, idempotencyKeyIn, retryCountIn } from './once.ts';
import { forgetDelivered } from './responses/forget-delivered.ts';
import type { LiveStreams } from './responses/live-streams.ts';
import { ownIdDelivery } from './responses/own-id-delivery.ts';
import { jsonHead, responseObject } from './responses/response-object.ts';
import { type ResumedOutcome, runResuming } from './run/run-resuming.ts';
import { usedBy } from './settle-ended.ts';
import { keepTrying } from './store/keep-trying.ts';
import type { GatewayKey } from './store/key-store.ts';
import { type AttemptsUsed, isDurable, type NewRequest } from './store/new-request.ts';
import { responseIdOf } from './store/response-id.ts';
import type { StoredRequest } from './store/stored-request.ts';

/** With a key or in the background a call goes on for a day; otherwise as long as its client waits. */
const durableDeadlineMs = 24 * 3_600_000;
/** Longest hold at the gate in the gateway's own process; a longer one is a workflow's. */
const longestHoldMs = 1000;
/** A client that is gone comes back within so long, if its SDK tries again by itself. */
const comesBackMs = 15_000;

/** One request, from where it is understood to where its client has an answer. */
export function createRequestHandler(dependencies: GatewayDependencies, lives: LiveStreams) {
  const { keys, prices, watch, runAttempt, policyFor, goOn, gateway, uiUrl } = dependencies;
  const { answered, failed, handOver, clientGone: gone } = dependencies.store;
  // After something was sent the record is kept, however long the database is away.
  const store = {
    ...dependencies.store,
    answered: keepTrying(answered),
    failed: keepTrying(failed),
    handOver: keepTrying(handOver),
    clientGone: keepTrying(gone),
  };

  return async function handle(
    { headers }: Pick<Incoming, 'headers'>,
    outgoing: Outgoing,
    key: GatewayKey,
    response: ServerResponse,
  ): Promise<void> {
    const { request } = outgoing;
    const idempotencyKey = idempotencyKeyIn(headers);
    const { isBackground, isStream } = request;
    const goesOn = isDurable(request, idempotencyKey);
    const isLater = isBackground === true && !isStream;
    const asked: NewRequest = {
      id: `fwd-${randomBytes(12).toString('hex')}`,
      tenant: key.tenant,
      apiKey: key.id,
      ...{ idempotencyKey, fingerprint: outgoing.fingerprint, request, body: outgoing.body },
      gateway,
      deadlineMs: goesOn ? durableDeadlineMs : clientTimeoutMs(headers),
      isHandedOver: isLater,
      hasWebhook: isBackground === true && key.webhookUrl !== undefined,
    };
    let id = asked.id;
    let told: Partial<StoredRequest> = {};
    let hasLeft = false;
    let live: ReturnType<LiveStreams['begin']> | undefined;
    const plain = createDelivery(
      response,
      request,
      () => answerHeaders({ id, ...told, request }, prices[request.model], uiUrl),
      dependencies,
    );
    const delivery = isBackground ? ownIdDelivery(plain, () => responseIdOf(id)) : plain;
    if (request.isForgotten && idempotencyKey === null) {
      response.once('finish', () => forgetDelivered(dependencies, id));
    }
    const mayGo = () =>
      admit(keys, key, {
        price: prices[request.model],
        usage: mostForwarded(outgoing.body.byteLength, request.maximumOutputTokens),
      });
    const found = await findOrBegin(store, asked, retryCountIn(headers), dependencies.once, mayGo);
    if (found.kind === 'refused') return delivery.error(refusal(found.admission));
    if (found.kind === 'same') {
      id = found.row.id;
      if (found.row.broke_off === 1 && found.row.state === 'begun') {
        const refused = await goOnAgain(found.row);
        if (refused) return delivery.error(refused);
      }
      if (isLater) showStanding(found.row);
      else await follow(found.row, found.isReplay);
      return;
    }
    const { admission } = found;
    let used: Used | 'later' = 'not known';
    try {
      used = isLater ? await beginInBackground() : await runFirst();
    } finally {
      live?.end('broken');
      if (used !== 'later') await admission.settle(used);
      else if (admission.reserved && !isLater) await store.reserve(id, admission.reserved);
    }

    /** Nothing is sent here: a workflow makes all attempts, whether this process lives or not. */
    async function beginInBackground(): Promise<'later'> {
      delivery.gone.addEventListener('abort', () => void leave());
      const row = await store.read(id);
      if (!row) throw new Error('the record that was just written is gone');
      // Temporal may be away, and the client needs not wait for it: the record is committed.
      void goOn(row);
      showStanding(row, true);
      return 'later';
    }

    function showStanding(row: StoredRequest, isNew = false): void {
      told = row;
      delivery.whole(jsonHead, responseObject(row, isNew));
    }

    /** Makes the first attempt here, and gives the client its answer, or that of the workflow. */
    async function runFirst(): Promise<Used | 'later'> {
      const stop = new AbortController();
      let hasContent = false;
      delivery.gone.addEventListener('abort', () => void clientGone(stop, hasContent));
      const over = new AbortController();
      // Cancelled, by whoever asks any of the gateways to.
      const isCancelled = () => stop.abort(new Error('the call was cancelled'));
      if (isBackground) watch.ended(id, over.signal).then(isCancelled, () => {});
      if (isBackground) live = lives.begin(id);
      const pending: Uint8Array[] = [];
      const { tenant, body, deadlineMs } = asked;
      const ran = await runResuming(runAttempt, {
        ...{ workflowId: id, step: forwardStep, tenant, request, body },
        ...{ policy: policyFor(deadlineMs, request), longestHoldMs, signal: stop.signal },
        async onBytes(bytes, soFar, head) {
          pending.push(bytes);
          if (!soFar.hasContent) return;
          const pieces = pending.splice(0);
          for (const each of pieces) live?.push(each);
          if (delivery.gone.aborted) return;
          hasContent = true;
          for (const each of pieces) await delivery.bytes(each, head);
        },
        onResponse: (responseId) => store.responds(id, responseId),
      })
        .catch((error: unknown) => {
          if (stop.signal.aborted) return undefined;
          throw error;
        })
        .finally(() => over.abort());
      if (ran?.outcome.kind !== 'answer') live?.end('broken');
      return ran ? settle(ran, hasContent) : stopped();
    }

    /** Somebody cancelled it; or its client gave up, and nobody asked for the same again. */
    async function stopped(): Promise<Used> {
      if (!isBackground) await store.forget(id);
      else deliver(delivery, (await store.read(id)) ?? {});
      // It may have been sent, and what was read of it until then is billed.
      return 'not known';
    }

    async function settle(
      { outcome, attempts }: ResumedOutcome,
      hadContent: boolean,
    ): Promise<Used | 'later'> {
      if (outcome.kind === 'held') {
        return goOnWith({ attempts: 0, possiblyBilled: 0 }, outcome.delayMs);
      }
      const isPossiblyBilled = outcome.kind === 'failed' && outcome.isPossiblyBilled;
      const usedByFailure = (usage: Used): Used =>
        usage ?? (isPossiblyBilled ? 'not known' : undefined);
      const used = { attempts, possiblyBilled: isPossiblyBilled ? 1 : 0 };
      told = { attempts, possibly_billed: used.possiblyBilled };
      if (outcome.kind === 'answer') {
        const { body, usage, status, headers: head } = outcome.answer;
        told = { ...told, answer: { status, headers: head, usage } };
        // Recorded before anything else happens to it; the last bytes of a stream wait for that.
        await store.answered(id, { status, headers: head, usage }, body, used);
        watch.tell(id);
        live?.end('whole');
        if (hadContent) delivery.end();
        else delivery.whole({ status, headers: head }, body);
        return usage;
      }
      const { fields, retryInMs, resume } = outcome;
      const failure = failureOf(fields);
      // Who has taken it over from a client that is gone has seen nothing of it.
      const hasClient = !hadContent;
      if (!hasClient) delivery.error(failure);
      if (!hasClient && !goesOn) await leave({ brokeOff: true });
      else if (retryInMs !== undefined) {
        const byOthers = await goOnWith({ ...used, resume }, retryInMs, hasClient);
        if (hasClient || byOthers === 'later') return byOthers;
      } else {
        await store.failed(id, failure, used, outcome.answer);
        watch.tell(id);
        const answer_body = outcome.answer?.body ?? null;
        if (hasClient) deliver(delivery, { ...told, failure, answer_body });
      }
      return usedByFailure(fields.usage);
    }

    /** A workflow goes on with it; its client waits for what that records. */
    async function goOnWith(
      used: AttemptsUsed & { readonly resume?: ResumePoint | undefined },
      delayMs: number,
      isWaitedFor = true,
    ): Promise<Used | 'later'> {
      const isOpen = await store.handOver(id, used, used.resume?.responseId);
      const row = await store.read(id);
      if (!row) return undefined;
      if (isOpen) await goOn(row, delayMs);
      return isWaitedFor ? follow(row, false) : 'later';
    }

    /** Waits for the end of a request that others make, and delivers what is recorded. */
    async function follow(row: StoredRequest, isReplay: boolean): Promise<Used | 'later'> {
      if (row.ended_at_ms === null) {
        const signal = AbortSignal.any([delivery.gone, AbortSignal.timeout(asked.deadlineMs)]);
        try {
          await watch.ended(row.id, signal);
        } catch {
          if (delivery.gone.aborted) await leave();
          else delivery.error(stillRunning);
          return 'later';
        }
      }
      const ended = row.ended_at_ms === null ? await store.read(row.id) : row;
      if (!ended) {
        delivery.error(stillRunning);
        return 'not known';
      }
      told = ended;
      if (isReplay) response.setHeader('idempotent-replayed', 'true');
      deliver(delivery, ended);
      return usedBy(ended);
    }

    /** It is sent once more. @returns why not, where the key's limits are reached. */
    async function goOnAgain(row: StoredRequest): Promise<ToldError | undefined> {
      const admission = await mayGo();
      if (admission.kind !== 'go') {
        await leave();
        return refusal(admission);
      }
      if (admission.reserved) await store.reserve(row.id, admission.reserved);
      const used = { attempts: 1, possiblyBilled: 1 };
      await store.handOver(row.id, used);
      await goOn({ ...row, attempts: 1, possibly_billed: 1 });
      return undefined;
    }

    /** This client waits no more; said once, since another may have the record by then. */
    async function leave(how: { readonly brokeOff?: true } = {}): Promise<void> {
      if (hasLeft && !how.brokeOff) return;
      hasLeft = true;
      await store.clientGone(id, how).catch(() => {});
    }

    /** Without a key the call ends some time after its client, unless that asked again. */
    async function clientGone(stop: AbortController, hadContent: boolean) {
      await leave();
      if (goesOn) return;
      if (hadContent) return stop.abort(new Error('the client is gone'));
      setTimeout(async () => {
        const row = await store.read(id).catch(() => undefined);
        if (row?.has_client === 0) stop.abort(new Error('the client is gone'));
      }, comesBackMs).unref();
    }
  };
}

const stillRunning = {
  status: 504,
  type: 'Timeout',
  message: 'the call has not ended yet; ask again with the same Idempotency-Key for its answer',
} as const;

function refusal({ kind, reason, waitMs }: Exclude<Admission, { kind: 'go' }>): ToldError {
  const type = kind === 'rate' ? 'RateLimited' : 'QuotaExhausted';
  // A budget that is used up is not waited for: the SDK tells its caller at once.
  return { status: 429, type, message: reason, ...(kind === 'rate' && { retryAfterMs: waitMs }) };
}

function failureOf(fields: AttemptErrorFields): ForwardFailure {
  const { type, status } = fields;
  return { type, message: describeAttemptError(fields), status: clientStatus(type, status) };
}
