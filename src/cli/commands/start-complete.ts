import { schemaRejected } from '../../calls/answers/answer-shape.ts';
import { problemOf } from '../../calls/answers/judge-text.ts';

import { readCompleteRequest, type WrittenRequest } from '../../client/read-request.ts';

import { startComplete } from '../../client/start.ts';
import type { CompleteInput, CompleteRequest } from '../../wire/complete-input.ts';
import { isJsonObject, type JsonObject } from '../../wire/json.ts';
import type { Message } from '../../wire/message.ts';
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
  /** A file, or `-`. */
  readonly request?: string;
}

/** `holdfast start complete [prompt]` */
export async function startCompleteCommand(
  prompt: string | undefined,
  flags: CompleteFlags,
): Promise<void> {
  const written =
    flags.request === undefined
      ? await simpleRequest(prompt, flags)
      : await requestFromFile(flags.request, prompt, flags);
  const { config, model, policies } = await startSettings({ model: written.model, ...flags });
  const request: CompleteRequest = { ...written, model };
  const input: CompleteInput = { request, policies: { model: policies.model } };
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

async function simpleRequest(
  prompt: string | undefined,
  { promptFile, system, schema: path }: CompleteFlags,
): Promise<WrittenRequest> {
  const messages: Message[] = [
    ...(system === undefined ? [] : [{ role: 'system', content: system } as const]),
    { role: 'user', content: await promptText(prompt, promptFile) },
  ];
  const schema = path === undefined ? undefined : await readSchema(path);
  return { messages, ...(schema && { schema }) };
}

async function requestFromFile(
  path: string,
  prompt: string | undefined,
  { promptFile, system, schema }: CompleteFlags,
): Promise<WrittenRequest> {
  const given = { 'the prompt': prompt, '--prompt-file': promptFile, '--system': system };
  for (const [what, value] of Object.entries({ ...given, '--schema': schema })) {
    if (value !== undefined) throw usageError(`give ${what} or --request, not both`);
  }
  const request = readCompleteRequest(await readJsonInput(path, 'the request'));
  const problem = request.schema && problemOf({ schema: request.schema });
  if (problem) throw schemaRejected(problem.why);
  return request;
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
  if (!isJsonObject(schema)) {
    throw usageError(`the schema in ${path} is not a JSON Schema: it must be an object`);
  }
  const problem = problemOf({ schema });
  if (problem) throw schemaRejected(problem.why);
  return schema;
}
