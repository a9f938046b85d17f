import type { Client } from '@temporalio/client';
import { assertTenant, type Started, type StartOptions } from '../../client/start.ts';
import { type ClientConfig, loadClientConfig } from '../../config.ts';
import type { PolicyOverrides } from '../../policies/resolve-policies.ts';
import { fingerprintOf } from '../../wire/identifiers.ts';
import { shellWord } from '../../wire/shell-word.ts';
import { checkModel } from '../check-model.ts';
import { loadPolicies, type PolicyFlags } from '../load-policies.ts';
import { type JsonOption, notice, print, printJson } from '../output.ts';
import { withClient } from '../with-client.ts';
import { awaitOutcome, completedValue, printValue } from './result.ts';

/** Flags of all `holdfast start` commands. */
export interface StartFlags extends PolicyFlags, JsonOption {
  readonly id?: string;
  readonly model?: string | undefined;
  readonly tenant?: string;
  readonly wait?: boolean;
  readonly dryRun?: boolean;
  readonly retryFailed?: boolean;
}

/** What rules a start: from the flags, the policies file and the configuration, checked. */
export async function startSettings(flags: StartFlags, defaults: PolicyOverrides = {}) {
  assertTenant(flags.tenant);
  const config = loadClientConfig();
  const model = checkModel(flags.model ?? config.HOLDFAST_MODEL, config.providerNames());
  return { config, model, policies: await loadPolicies(flags, config.HOLDFAST_POLICIES, defaults) };
}

/** Never random: the same input attaches to its first execution instead of being paid for again. */
export function idFromInput(workflow: string, input: unknown, flags: JsonOption): string {
  const id = `${workflow}-${fingerprintOf(input)
    .replace(/^v\d+:/, '')
    .slice(0, 32)}`;
  notice(`No --id: made ${id} from the input, so that the same input attaches to it.`, flags);
  return id;
}

/** Starts, says what came of it, and waits for the result where that was asked for. */
export async function startAndTell(
  flags: StartFlags & { readonly id: string; readonly config: ClientConfig },
  start: (client: Client, options: StartOptions) => Promise<Omit<Started<never>, 'handle'>>,
): Promise<void> {
  const { id, config, tenant, retryFailed = false } = flags;
  await withClient(async ({ client, ui }) => {
    const started = await start(client, {
      id,
      taskQueue: config.HOLDFAST_TASK_QUEUE,
      retryFailed,
      ...(tenant !== undefined && { tenant }),
    });
    const { workflowId, runId, attached } = started;
    notice(attached ? `${id}: attached to the execution that exists` : `${id}: started`, flags);
    if (workflowId !== id) notice(`Its workflow id is ${workflowId}.`, flags);
    const link = ui(workflowId);
    const facts = { workflowId, runId, attached, ...(link && { ui: link }) };
    if (!flags.wait) {
      notice(`See it with: holdfast watch ${shellWord(id)}${link ? `, or at ${link}` : ''}`, flags);
      return flags.json ? printJson(facts) : print(workflowId);
    }
    const outcome = await awaitOutcome(client, id, flags);
    if (outcome === undefined) {
      return notice(
        `No longer waiting; the workflow goes on: holdfast result ${shellWord(id)}`,
        flags,
      );
    }
    if (attached && outcome.kind === 'failed') {
      notice(`${id} failed before; with --retry-failed it is run again.`, flags);
    }
    const value = await completedValue(client, id, outcome);
    if (flags.json) printJson({ ...facts, result: value });
    else printValue(value);
  });
}
