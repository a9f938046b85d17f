import { type AttemptErrorFields, describeAttemptError } from '../failures/attempt-error.ts';
import { clientStatus, type ForwardFailure, forwardStep } from '../wire/forwarded.ts';
import { deliver } from './answer/recorded-answer.ts';
import type { GoingOn, RecordFollower } from './follow-record.ts';
import type { GatewayDependencies } from './gateway-dependencies.ts';
import type { LiveStreams } from './responses/live-streams.ts';
import { type ResumedOutcome, runResuming } from './run/run-resuming.ts';
import { type AttemptsUsed, isDurable, type NewRequest } from './store/new-request.ts';
import type { Client } from './the-client.ts';

/** Longest hold at the gate in the gateway's own process; a longer one is a workflow's. */
const longestHoldMs = 1000;
/** A client that is gone comes back within so long, if its SDK tries again by itself. */
const comesBackMs = 15_000;

/** What the first attempt of a call needs. */
export type FirstAttemptDependencies = Pick<
  GatewayDependencies,
  'store' | 'watch' | 'runAttempt' | 'policyFor'
> & { readonly lives: LiveStreams; readonly records: RecordFollower };

/**
 * Makes the function that makes a call's first attempt in this process. It gives the client its answer
 * as that comes, or hands the call over to a workflow, and then what that records.
 */
export function createFirstAttempt(dependencies: FirstAttemptDependencies) {
  const { store, watch, runAttempt, policyFor, lives, records } = dependencies;

  return async function runFirst(asked: NewRequest, client: Client): Promise<void> {
    const { id, tenant, body, deadlineMs, request } = asked;
    const { isBackground } = request;
    const { delivery } = client;
    const goesOn = isDurable(request, asked.idempotencyKey);
    const stop = new AbortController();
    let hasContent = false;
    client.whenGone(() => void clientGone());
    const over = new AbortController();
    // Cancelled, by whoever asks any of the gateways to.
    const isCancelled = () => stop.abort(new Error('the call was cancelled'));
    if (isBackground) watch.ended(id, over.signal).then(isCancelled, () => {});
    const live = isBackground ? lives.begin(id) : undefined;
    const pending: Uint8Array[] = [];
    try {
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
      await (ran ? settle(ran) : stopped());
    } finally {
      live?.end('broken');
    }

    /** Somebody cancelled it; or its client gave up, and nobody asked for the same again. */
    async function stopped(): Promise<void> {
      if (!isBackground) await store.forget(id);
      else deliver(delivery, (await store.read(id)) ?? {});
    }

    async function settle({ outcome, attempts }: ResumedOutcome): Promise<void> {
      const hadContent = hasContent;
      if (outcome.kind === 'held') {
        return goOn({ attempts: 0, possiblyBilled: 0 }, { delayMs: outcome.delayMs });
      }
      const isPossiblyBilled = outcome.kind === 'failed' && outcome.isPossiblyBilled;
      const used = { attempts, possiblyBilled: isPossiblyBilled ? 1 : 0 };
      const told = { attempts, possibly_billed: used.possiblyBilled };
      client.told(told);
      if (outcome.kind === 'answer') {
        const { body: answer, usage, status, headers } = outcome.answer;
        client.told({ ...told, answer: { status, headers, usage } });
        // Recorded before anything else happens to it; the last bytes of a stream wait for that.
        await store.answered(id, { status, headers, usage }, answer, used);
        watch.tell(id);
        live?.end('whole');
        if (hadContent) delivery.end();
        else delivery.whole({ status, headers }, answer);
        return;
      }
      const { fields, retryInMs, resume } = outcome;
      const failure = failureOf(fields);
      const paid = { ...used, failedUsage: fields.usage };
      // Who has taken it over from a client that is gone has seen nothing of it.
      const hasClient = !hadContent;
      if (!hasClient) delivery.error(failure);
      if (!hasClient && !goesOn) await client.leave({ brokeOff: true });
      else if (retryInMs !== undefined) {
        const how = { delayMs: retryInMs, responseId: resume?.responseId };
        if (hasClient) await goOn(paid, how);
        else await records.handOver(id, paid, how);
      } else {
        await store.failed(id, failure, paid, outcome.answer);
        watch.tell(id);
        const answer_body = outcome.answer?.body ?? null;
        if (hasClient) deliver(delivery, { failure, answer_body });
      }
    }

    /** A workflow goes on with it; its client waits for what that records. */
    async function goOn(used: AttemptsUsed, how: GoingOn): Promise<void> {
      const row = await records.handOver(id, used, how);
      if (row) await records.follow(row, client, deadlineMs);
    }

    /** Without a key the call ends some time after its client, unless that asked again. */
    async function clientGone(): Promise<void> {
      const hadContent = hasContent;
      await client.leave();
      if (goesOn) return;
      if (hadContent) return stop.abort(new Error('the client is gone'));
      setTimeout(async () => {
        const row = await store.read(id).catch(() => undefined);
        if (row?.has_client === 0) stop.abort(new Error('the client is gone'));
      }, comesBackMs).unref();
    }
  };
}

function failureOf(fields: AttemptErrorFields): ForwardFailure {
  const { type, status } = fields;
  return { type, message: describeAttemptError(fields), status: clientStatus(type, status) };
}
