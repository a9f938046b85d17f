import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Worker } from '@temporalio/worker';
import { workflowFailureErrorTypes } from '../worker/create-workers.ts';
import { workflowBundle } from '../worker/workflow-bundle.ts';
import { beQuiet } from './time-server.ts';

/** A history: the path of a JSON file as Temporal's UI and CLI write it, its content, or what `fetchHistory` gives. */
export type History = string | URL | { readonly events?: unknown };

/** What is replayed on what. */
export interface ReplayOptions {
  /** The file that exports the workflows. */
  readonly workflowsPath: string;
  readonly histories: readonly History[];
}

/**
 * Holds the workflows of today against histories of runs that were begun before: a deploy may not
 * change what they did.
 *
 * @throws Error naming every workflow that does not go along, and the event where it parts.
 */
export async function replay({ workflowsPath, histories }: ReplayOptions): Promise<void> {
  beQuiet();
  const read = await Promise.all(histories.map(readHistory));
  const results = Worker.runReplayHistories(
    { workflowBundle: await workflowBundle(workflowsPath), workflowFailureErrorTypes },
    read.map(({ history }, index) => ({ workflowId: String(index), history })),
  );
  const problems: string[] = [];
  try {
    for await (const { workflowId, error } of results) {
      if (error) problems.push(`${read[Number(workflowId)]?.name}: ${wordsOf(error)}`);
    }
  } catch (error) {
    throw isOfAnotherCopy(error) ? new Error(copiesMend, { cause: error }) : error;
  }
  if (problems.length > 0) {
    throw new Error(
      `${problems.length} of ${read.length} histories do not fit today's workflows:\n${problems.join('\n')}`,
    );
  }
}

/** As npm installs it, each of Temporal's packages may have a copy, and none knows the others' types. */
const copiesMend =
  "histories cannot be read: Temporal's packages have several copies of protobufjs; " +
  '`npm install --save-dev protobufjs@8` gives them one';

function isOfAnotherCopy(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'type must be a Type';
}

/** @throws Error for what is no history: the SDK would say something else of it. */
async function readHistory(given: History, index: number) {
  const isFile = typeof given === 'string' || given instanceof URL;
  const history: unknown = isFile ? JSON.parse(await readFile(given, 'utf8')) : given;
  const { events } = Object(history) as { events?: readonly Partial<FirstEvent>[] };
  const type = events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name;
  const name = `${type ?? 'no history'} (${isFile ? basename(String(given)) : index + 1})`;
  if (type === undefined)
    throw new Error(`${name}: it does not begin with the start of a workflow`);
  return { history, name };
}

interface FirstEvent {
  readonly workflowExecutionStartedEventAttributes: { readonly workflowType?: { name?: string } };
}

/** The SDK hands on how Rust prints a failure; its message is inside. */
function wordsOf({ message }: Error): string {
  return /Failure \{ message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message;
}
