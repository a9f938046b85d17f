import { setTimeout as sleep } from 'node:timers/promises';
import type { ResumePoint } from '../../calls/forward/resume-response.ts';
import type {
  AttemptOutcome,
  ForwardedAttempt,
  RunAttempt,
} from '../../calls/forward/run-attempt.ts';
import { createWholeEvents, eventsAfter } from '../../calls/forward/stream-events.ts';

/** What became of a call's attempts in this process. */
export interface ResumedOutcome {
  readonly outcome: AttemptOutcome;
  readonly attempts: number;
}

/**
 * Makes a call's attempts in this process: one; but of a stream that the provider goes on with by
 * itself as many as the policy allows. Each is read on from the last whole event of the one before, so
 * that what the client reads, and what is recorded, is one stream without a seam.
 */
export async function runResuming(
  runAttempt: RunAttempt,
  call: Omit<ForwardedAttempt, 'attempt'>,
): Promise<ResumedOutcome> {
  if (!call.request.isReattachable) {
    return { outcome: await runAttempt({ ...call, attempt: 1 }), attempts: 1 };
  }
  const received: Uint8Array[] = [];
  let resume: ResumePoint | undefined;
  let hadContent = false;
  let attempts = 1;
  while (true) {
    const events = createWholeEvents();
    const after = resume?.sequenceNumber;
    let giveRest = async () => {};
    const outcome = await runAttempt({
      ...call,
      attempt: attempts,
      ...(resume && { resume }),
      async onBytes(bytes, soFar, head) {
        const give = async (whole: Uint8Array) => {
          // A provider may begin again at the beginning.
          const added = after === undefined ? whole : eventsOnlyAfter(whole, after);
          if (added.length === 0) return;
          received.push(added);
          hadContent ||= soFar.hasContent;
          await call.onBytes?.(added, { ...soFar, hasContent: hadContent }, head);
        };
        await give(events.take(bytes));
        giveRest = () => give(events.rest());
      },
    });
    if (outcome.kind === 'answer') {
      await giveRest();
      const answer = { ...outcome.answer, body: Buffer.concat(received) };
      return { outcome: { ...outcome, answer }, attempts };
    }
    if (outcome.kind === 'held') {
      if (attempts === 1) return { outcome, attempts: 0 };
      await sleep(outcome.delayMs, undefined, { signal: call.signal });
      continue;
    }
    if (!outcome.resume || outcome.retryInMs === undefined) {
      return { outcome: { ...outcome, hadContent }, attempts };
    }
    resume = outcome.resume;
    attempts += 1;
    await sleep(outcome.retryInMs, undefined, { signal: call.signal });
  }
}

function eventsOnlyAfter(bytes: Uint8Array, sequenceNumber: number): Uint8Array {
  return Buffer.from(eventsAfter(Buffer.from(bytes).toString('utf8'), sequenceNumber));
}
