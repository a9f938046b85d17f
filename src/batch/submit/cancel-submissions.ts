import { setTimeout as sleep } from 'node:timers/promises';
import { type CollectInput, collectLines } from './collect-lines.ts';
import { ProviderRefused } from './provider-batches.ts';
import type { SubmitDependencies } from './submit-lines.ts';

/** OpenAI's documentation says ten minutes; what takes longer is collected when the batch is run again. */
const endsWithinMs = 15 * 60_000;
const askEveryMs = 1000;

/**
 * Has the providers run no more of what was submitted, and takes what they had run: it is paid for. The
 * other lines are open again.
 */
export async function cancelSubmissions(
  dependencies: SubmitDependencies,
  input: Omit<CollectInput, 'thenLive'>,
): Promise<void> {
  const { submissions, apiOf } = dependencies;
  const untilMs = performance.now() + endsWithinMs;
  for (;;) {
    for (const { id, provider, remote_id, state } of await submissions.open(input.id)) {
      if (remote_id === null || state !== 'open') continue;
      // One that has ended meanwhile refuses.
      await apiOf(provider)?.cancel(remote_id).catch(refusedOnly);
      await submissions.cancelling(id);
    }
    // One whose provider's answer was lost is found now, and cancelled by the next turn.
    const running = await collectLines(dependencies, { ...input, thenLive: false });
    if (running === 0 || performance.now() > untilMs) return;
    await sleep(askEveryMs);
  }
}

function refusedOnly(error: unknown): void {
  if (!(error instanceof ProviderRefused)) throw error;
}
