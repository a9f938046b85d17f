import type { Client } from '@temporalio/client';
import { ClientError } from '../../client/client-error.ts';
import { assertTenant, startWorkflow } from '../../client/start.ts';
import { listPolicies, workerHealth } from '../../client/through-worker.ts';
import { loadClientConfig } from '../../config.ts';
import { didYouMean } from '../../policies/did-you-mean.ts';
import type { AnyPolicyOverrides } from '../../policies/resolve-policies.ts';
import { assertPayloadFits } from '../../wire/payload-limit.ts';
import { CommandError, usageError } from '../command-error.ts';
import { loadOverrides } from '../load-policies.ts';
import { parseJsonInput, readJsonInput } from '../read-input.ts';
import { idFromInput, type StartFlags, startAndTell } from './start.ts';

/** Flags of `holdfast start <workflow>`, besides the common ones. */
export interface WorkflowFlags extends StartFlags {
  /** A file, `-`, or JSON. */
  readonly input?: string;
}

/** `holdfast start <workflow>`: any workflow of an application, by its name. */
export async function startWorkflowCommand(workflow: string, flags: WorkflowFlags): Promise<void> {
  await startByName(workflow, await inputFrom(flags.input), flags);
}

/**
 * Starts a workflow as the flags say, or attaches to it, and tells what came of it.
 *
 * @throws CommandError, or what the client throws; `runCommand` tells it in a sentence.
 */
export async function startByName(
  workflow: string,
  input: unknown,
  flags: StartFlags,
): Promise<void> {
  assertTenant(flags.tenant);
  const config = loadClientConfig();
  const overrides = await loadOverrides(flags, config.HOLDFAST_POLICIES);
  // Checked before connecting: an input that cannot be sent needs no server.
  assertPayloadFits('the input', [input, { policies: overrides }]);
  const id = flags.id ?? idFromInput(workflow, input, flags);
  await startAndTell({ ...flags, id, config }, async (client, options) => {
    await assertName(client, workflow, config.HOLDFAST_TASK_QUEUE);
    if (overrides) await assertOverrides(client, overrides, config.HOLDFAST_TASK_QUEUE);
    return startWorkflow(client, workflow, input, {
      ...options,
      ...(overrides && { policies: overrides }),
    });
  });
}

/**
 * Has the worker check overrides before the start: a workflow that failed of a misspelt one would have
 * used up its id. Without a worker they are checked when there is one.
 */
async function assertOverrides(
  client: Client,
  overrides: AnyPolicyOverrides,
  taskQueue: string,
): Promise<void> {
  try {
    await listPolicies(client, overrides, { taskQueue });
  } catch (error) {
    if (!(error instanceof ClientError) || error.kind !== 'unreachable') throw error;
  }
}

/**
 * Refuses what looks like a slip of the hand: a workflow of a name that no worker has waits for one that
 * has it, and has used up its id. The worker is asked only of a name of which none has completed, and any
 * other name may be one that is deployed later.
 */
async function assertName(client: Client, workflow: string, taskQueue: string): Promise<void> {
  try {
    const completed = `WorkflowType = ${JSON.stringify(workflow)} AND ExecutionStatus = "Completed"`;
    if ((await client.workflow.count(completed)).count > 0) return;
    const { health } = await workerHealth(client, { taskQueue });
    const { workflows = [workflow] } = health;
    if (workflows.includes(workflow)) return;
    const guess = didYouMean(workflow, workflows);
    if (guess) throw usageError(`the worker of ${taskQueue} has no workflow ${workflow}${guess}`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    // Nobody says: what is started is told by `status` and `--wait`, where its worker lacks it.
  }
}

/** No file's name begins as JSON does: an object, a list, a text in quotation marks. */
function inputFrom(given: string | undefined): unknown {
  if (given === undefined) {
    throw usageError('there is no input: give --input with a file, - for standard input, or JSON');
  }
  return /^\s*[[{"]/.test(given)
    ? parseJsonInput(given, 'the input')
    : readJsonInput(given, 'the input');
}
