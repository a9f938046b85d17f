import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import pMap from 'p-map';
import { wakeHeldSignal } from '../durable/messages.ts';
import { heldFromMemo } from '../wire/held.ts';
import { heldState, holdfastState } from '../wire/search-attributes.ts';
import { ClientError } from './client-error.ts';
import { listByState } from './parked.ts';
import { type LedgerPlace, throughWorker } from './through-worker.ts';

/** How long a hold's reason may be: it stands in every history of a call that it holds. */
const maximumReasonLength = 200;
/** Workflows that are woken at once. */
const concurrency = 20;

/**
 * What persons hold, and how the gates of all workers stand: one for each model that a worker was
 * asked for.
 *
 * @throws ClientError `unreachable` without a worker.
 */
export function listProviders(client: Client, place?: LedgerPlace) {
  return throughWorker(client, 'readProviders', undefined, place);
}

/**
 * Has all workers send nothing to a provider, within seconds and until it is released; also workers
 * that start later. Its calls sleep, at no attempt. What is under way ends as it ends.
 *
 * @param target `<provider>` or `<provider>:<model>`.
 * @param reason for those who wait; one line.
 * @throws ClientError `usage` for a reason that is none, `unreachable` without a worker.
 */
export async function holdProvider(
  client: Client,
  target: string,
  reason: string,
  place?: LedgerPlace,
): Promise<void> {
  const words = reason.replace(/\s+/g, ' ').trim();
  if (words === '' || words.length > maximumReasonLength) {
    throw new ClientError('usage', `the reason must have 1 to ${maximumReasonLength} characters`);
  }
  const request = { target, reason: words, by: client.options.identity };
  await throughWorker(client, 'holdProvider', request, place);
}

/**
 * Takes a hold back, and wakes the calls that sleep long because of one.
 *
 * @returns how many workflows were woken. Others come back by themselves, within a minute.
 * @throws ClientError `not found` when nobody holds it, `unreachable` without a worker.
 */
export async function releaseProvider(
  client: Client,
  target: string,
  place?: LedgerPlace,
): Promise<number> {
  const isReleased = await throughWorker(client, 'releaseProvider', target, place);
  if (!isReleased) throw new ClientError('not found', `nobody holds ${target}`);
  const held = listByState(client, `${holdfastState.name} = "${heldState}"`);
  const wake = async ({ workflowId, runId, memo }: WorkflowExecutionInfo): Promise<boolean> => {
    if (!heldFromMemo(memo?.holdfastHeld).some(({ by }) => by !== undefined)) return false;
    try {
      await client.workflow.getHandle(workflowId, runId).signal(wakeHeldSignal);
      return true;
    } catch (error) {
      // It has ended meanwhile.
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };
  const woken = await pMap(held, wake, { concurrency });
  return woken.filter(Boolean).length;
}
