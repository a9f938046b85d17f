import { setTimeout as sleep } from 'node:timers/promises';
import type { Submission } from './submission-store.ts';
import type { SubmitDependencies } from './submit-lines.ts';

/** What was sent by a worker that is lost is at the provider within so long, or never. */
const arrivesWithinMs = 15_000;

/**
 * The id of a submission at its provider; where its worker was lost, or the answer, the provider is
 * asked.
 *
 * @returns `undefined`: the provider does not have it.
 */
export async function findSubmission(
  { submissions, apiOf }: SubmitDependencies,
  each: Submission,
): Promise<string | 'undecided' | undefined> {
  if (each.remote_id !== null) return each.remote_id;
  const intendedMs = Number(each.created_at_ms);
  for (;;) {
    const found = await apiOf(each.provider)?.find(each.id, intendedMs);
    // It is asked for again when those that it may be have ended.
    if (found === 'undecided') return found;
    if (found) {
      await submissions.submitted(each.id, found.id);
      return found.id;
    }
    const leftMs = intendedMs + arrivesWithinMs - (await submissions.nowMs());
    if (leftMs <= 0) return undefined;
    await sleep(Math.min(1000, leftMs));
  }
}
