import { schemaRejected } from '../../calls/answers/answer-shape.ts';
import { problemOf } from '../../calls/answers/judge-text.ts';
import { startComplete } from '../../client/start.ts';
import type { CompleteInput, CompleteRequest } from '../../wire/complete-input.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { Message } from '../../wire/model-call.ts';
import { assertPayloadFits } from '../../wire/payload-limit.ts';
import { usageError } from '../command-error.ts';
import { showPlan } from '../dry-run.ts';
import { readInput, readJsonInput } from '../read-input.ts';
import { idFromInput, type StartFlags, startAndTell, startSettings } from './start.ts';

/** Flags of `holdfast start complete`, besides the common ones. */
export interface CompleteFlags extends StartFlags {
  readonly promptFile?: string;
  readonly system?: string;
  readonly schema?: string;
}

/** `holdfast start complete [prompt]` */
export async function startCompleteCommand(
  prompt: string | undefined,
  flags: CompleteFlags,
): Promise<void> {
  const { config, model, policies } = await startSettings(flags);
  const messages: Message[] = [
    ...(flags.system === undefined ? [] : [{ role: 'system', content: flags.system } as const]),
    { role: 'user', content: await promptText(prompt, flags.promptFile) },
  ];
  const schema = flags.schema === undefined ? undefined : await readSchema(flags.schema);
  const request: CompleteRequest = { model, messages, ...(schema && { schema }) };
  const input: CompleteInput = { request, policies };
  // Checked before connecting: an input that cannot be sent needs no server.
  assertPayloadFits('the input', input);
  const id = flags.id ?? idFromInput('complete', request, flags);
  if (flags.dryRun) {
    const ask = { step: 'complete', ...request };
    const plan = { workflow: 'complete', id, input, ask, policies: { model: policies.model } };
    return showPlan(plan, { config, ...flags });
  }
  await startAndTell({ ...flags, id, config }, (client, options) =>
    startComplete(client, input, options),
  );
}

async function promptText(prompt: string | undefined, file: string | undefined): Promise<string> {
  if (prompt !== undefined && file !== undefined) {
    throw usageError('give the prompt or --prompt-file, not both');
  }
  const path = prompt === '-' ? '-' : file;
  const text = path === undefined ? prompt : await readInput(path, 'the prompt');
  if (text === undefined) {
    throw usageError('there is no prompt: give it, or --prompt-file, or - for standard input');
  }
  if (text.trim() === '') throw usageError('the prompt is empty');
  return text;
}

async function readSchema(path: string): Promise<JsonObject> {
  const schema = await readJsonInput(path, 'the schema');
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw usageError(`the schema in ${path} is not a JSON Schema: it must be an object`);
  }
  const problem = problemOf({ schema: schema as JsonObject });
  if (problem) throw schemaRejected(problem.why);
  return schema as JsonObject;
}
