import type { Client } from '@temporalio/client';
import pMap from 'p-map';
import { resumeUpdate } from '../durable/messages.ts';
import { isFailureType } from '../failures/failure-types.ts';
import type { AnyPolicyOverrides } from '../policies/resolve-policies.ts';
import type { JsonObject } from '../wire/json.ts';
import { parksFromMemo } from '../wire/park-memo.ts';
import { present } from '../wire/present.ts';
import type { ParkAnswer, Parked } from '../wire/progress.ts';
import { shellWord } from '../wire/shell-word.ts';
import { asClientError, ClientError } from './client-error.ts';
import { describeRunning } from './describe-workflow.ts';
import { listParked, type ParkedFilter } from './parked.ts';
import { sendUpdate } from './send-update.ts';

/** How a parked step goes on; without anything it is tried again as it was. */
export interface ResumeOptions {
  /** Go on without the step's result, where the workflow can. */
  readonly skip?: boolean;
  /** Another model for the question, as `provider:model`. */
  readonly model?: string;
  /** Other limits, by policy; only the policy that rules the parked step may be changed. */
  readonly policies?: AnyPolicyOverrides;
  /** The park that is resumed, if it still waits as that; needed where it waits in several. */
  readonly parkId?: string;
}

/** What came of resuming one of many. */
export type Resumed =
  | { readonly workflowId: string; readonly answer: ParkAnswer }
  | { readonly workflowId: string; readonly refused: string };

/**
 * Resumes a parked step: the step that failed is tried again, and nothing before it. Who did it
 * is taken from the client's connection.
 *
 * @param id as it was given to the start.
 * @throws ClientError when there is no such workflow, it is not parked, it has several parks and
 *   none is named, or it refuses the answer.
 */
export async function resume(
  client: Client,
  id: string,
  options: ResumeOptions = {},
): Promise<ParkAnswer> {
  const { workflowId, runId, memo } = await describeRunning(client, id);
  const parks = parksFromMemo(memo);
  const [first, another] = parks;
  if (!first) throw new ClientError('InvalidRequest', `${id} does not wait for a person`);
  const { parkId } = options;
  if (another && parkId === undefined) {
    const ids = parks.map((each) => `${each.parkId} (${each.type})`).join(', ');
    throw new ClientError(
      'InvalidRequest',
      `${id} waits in ${parks.length} parks, name one: ${ids}`,
    );
  }
  // One that is no more is named to the workflow: it says what waits instead.
  const parked = parks.find((each) => each.parkId === parkId) ?? first;
  return resumeParked(client, { id, workflowId, runId, parked }, options);
}

/**
 * Resumes all parked workflows that fit, a few at a time. One that refuses does not stop the
 * others.
 *
 * @param filter must name a type, a model or a target, so that no call resumes everything.
 * @param onResumed called with each result as it comes.
 */
export async function resumeAll(
  client: Client,
  filter: ParkedFilter,
  options: ResumeOptions = {},
  onResumed: (resumed: Resumed) => void = () => {},
): Promise<Resumed[]> {
  if (Object.values(filter).every((value) => value === undefined)) {
    throw new ClientError('usage', 'name the failure type, model or target of those to resume');
  }
  if (filter.type !== undefined && !isFailureType(filter.type)) {
    throw new ClientError('usage', `there is no failure type ${filter.type}`);
  }
  const all: Parameters<typeof resumeParked>[1][] = [];
  for await (const { workflowId, runId, parked } of listParked(client, filter)) {
    all.push({ id: workflowId, workflowId, runId, parked });
  }
  const resumeOne = async (each: (typeof all)[number]): Promise<Resumed> => {
    const { workflowId } = each;
    const resumed = await resumeParked(client, each, options).then(
      (answer): Resumed => ({ workflowId, answer }),
      // Whatever it is: one that refuses stops no other.
      (error: unknown): Resumed => ({
        workflowId,
        refused: asClientError(error, workflowId).message,
      }),
    );
    onResumed(resumed);
    return resumed;
  };
  return pMap(all, resumeOne, { concurrency: 10 });
}

async function resumeParked(
  client: Client,
  target: { id: string; workflowId: string; runId: string; parked: Parked },
  { skip = false, model, policies = {}, parkId }: ResumeOptions,
): Promise<ParkAnswer> {
  const { id, parked } = target;
  if (parked.type === 'ApprovalRequired') {
    throw new ClientError(
      'InvalidRequest',
      `${id} waits for an approval: \`holdfast approve ${shellWord(id)} --fingerprint ${parked.fingerprint}\``,
    );
  }
  const policy = policyChange(policies, parked.policy);
  return sendUpdate(client, resumeUpdate, { ...target, what: 'it was resumed' }, [
    present({
      parkId: parkId ?? parked.parkId,
      action: skip ? 'skip' : 'retry',
      resumedBy: client.options.identity,
      ...{ model, policy },
    }),
  ]);
}

function policyChange(policies: AnyPolicyOverrides, ruling: string): JsonObject | undefined {
  const other = Object.keys(policies).find((name) => name !== ruling);
  if (other !== undefined) {
    throw new ClientError('usage', `the parked step is ruled by ${ruling}, not by ${other}`);
  }
  return policies[ruling] as JsonObject | undefined;
}
