import type { Client } from '@temporalio/client';
import pMap from 'p-map';
import { closedOutcome } from '../../src/client/closed-outcome.ts';
import { startComplete } from '../../src/client/start.ts';
import type { Policies } from '../../src/policies/catalogue.ts';
import type { CompleteResult } from '../../src/wire/complete-input.ts';
import { classifyMessage } from './classify-message.ts';
import type { LabelledMessage, MessageFile } from './read-messages.ts';

/** What became of one message. */
export type Classified = LabelledMessage &
  (
    | { readonly kind: 'answered'; readonly result: CompleteResult; readonly intent: unknown }
    | { readonly kind: 'failed'; readonly type: string }
  );

/** Who answers, under which policies, and how many messages at once. */
export interface Classifier {
  /** `provider:model` */
  readonly model: string;
  readonly policies: Policies;
  readonly concurrency: number;
}

/**
 * Starts a workflow `msg-<line>` for each message, so many at once, and waits for all.
 *
 * @param onClassified is told of each as it comes.
 */
export async function classifyAll(
  client: Client,
  { messages, intents }: MessageFile,
  { model, policies, concurrency }: Classifier,
  onClassified: (one: Classified) => void,
  signal: AbortSignal,
): Promise<void> {
  await pMap(messages, async (message) => onClassified(await classify(message)), {
    concurrency,
    signal,
  });

  async function classify(message: LabelledMessage): Promise<Classified> {
    const request = classifyMessage(message.text, intents, model);
    const { workflowId, runId } = await startComplete(
      client,
      { request, policies },
      { id: `msg-${message.line}` },
    );
    const outcome = await closedOutcome(client, workflowId, runId);
    if (outcome.kind === 'failed')
      return { ...message, kind: 'failed', type: outcome.failure.type };
    const result = outcome.value as CompleteResult;
    const { intent } = result.value as { readonly intent?: unknown };
    return { ...message, kind: 'answered', result, intent };
  }
}
