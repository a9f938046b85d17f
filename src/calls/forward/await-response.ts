import { setTimeout as sleep } from 'node:timers/promises';
import { AttemptError } from '../../failures/attempt-error.ts';
import { type ForwardAttempt, ForwardError } from './forward-attempt.ts';
import { pendingIn } from './resume-response.ts';

const firstPollMs = 500;
const slowestPollMs = 5000;

/**
 * An attempt of a response that the provider runs in the background is over when the response is: it
 * is fetched until then, within the attempt's own time. A stream says itself when it ends.
 */
export function awaitingResponses(send: ForwardAttempt): ForwardAttempt {
  return async function attempt(request, body, context) {
    if (!request.isReattachable || request.isStream) return send(request, body, context);
    const startedMs = performance.now();
    let answer = await send(request, body, context);
    let isRecorded = context.resume !== undefined;
    for (let pollMs = firstPollMs; ; pollMs = Math.min(pollMs * 1.5, slowestPollMs)) {
      const responseId = pendingIn(answer.body);
      if (responseId === undefined) return answer;
      if (!isRecorded) await context.onResponse?.(responseId);
      isRecorded = true;
      const leftMs = context.requestTimeoutMs - (performance.now() - startedMs);
      if (leftMs < pollMs) throw takesTooLong(request.provider, responseId);
      await sleep(pollMs, undefined, { signal: context.signal }).catch(() => {
        throw context.signal.reason;
      });
      answer = await send(request, body, {
        ...context,
        onSent: () => {},
        requestTimeoutMs: Math.ceil(leftMs - pollMs),
        resume: { responseId },
      });
    }
  };
}

/** The next attempt goes on asking for it. */
function takesTooLong(by: string, responseId: string): ForwardError {
  const error = new AttemptError({ type: 'Timeout', by, sent: true, isResumable: true });
  return new ForwardError(error, { answer: undefined, hadContent: false, resume: { responseId } });
}
