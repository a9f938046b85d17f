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
  for await (const { workflowId, error } of results) {
    if (error) problems.push(`${read[Number(workflowId)]?.name}: ${wordsOf(error)}`);
  }
  if (problems.length > 0) {
    throw new Error(
      `${problems.length} of ${read.length} histories do not fit today's workflows:\n${problems.join('\n')}`,
    );
  }
}

async function readHistory(given: History, index: number) {
  const isFile = typeof given === 'string' || given instanceof URL;
  const history: unknown = isFile ? JSON.parse(await readFile(given, 'utf8')) : given;
  return { history, name: `${typeOf(history)} (${isFile ? basename(String(given)) : index + 1})` };
}

/** The workflow's type, from the first event; also where the file is of another kind. */
function typeOf(history: unknown): string {
  const { events } = Object(history) as { events?: readonly Partial<FirstEvent>[] };
  return events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? 'no history';
}

interface FirstEvent {
  readonly workflowExecutionStartedEventAttributes: { readonly workflowType?: { name?: string } };
}

function wordsOf({ message }: Error): string {
  return message.replace(/^.*?Details: /s, '');
}
