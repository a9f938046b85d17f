import { continueAsNew } from '@temporalio/workflow';
import { callOptionsOf, withOwnLimit } from '../wire/call-options.ts';
import type { CompleteInput, CompleteResult } from '../wire/complete-input.ts';
import { maximumPayloadBytes, payloadBytes } from '../wire/payload-limit.ts';
import { askModel } from './ask-model.ts';
import type { CallSoFar } from './call-so-far.ts';
import type { Conversation } from './conversation.ts';
import { type Elsewhere, historyFull } from './elsewhere.ts';
import { type ProgressRecord, reportOf, trackProgress } from './track-progress.ts';

/** What a run hands to the next one. */
interface RunBefore {
  readonly conversation: Conversation;
  readonly progress: ProgressRecord;
}

/**
 * One durable model call: retried under the policy, repaired when its shape is wrong. It continues as
 * new before its history is large, with all that it has spent, met and been told.
 */
export async function complete(input: CompleteInput, before?: RunBefore): Promise<CompleteResult> {
  const { request, policies } = input;
  const { model, messages, schema, settings } = request;
  const progress = trackProgress(before?.progress);
  const isFull = historyFull();
  const elsewhere: Elsewhere = ({ conversation }) => {
    const { models } = conversation;
    const next = (call?: CallSoFar): RunBefore => ({
      conversation: {
        ...conversation,
        ...(models && { models: { ...models, ...(call && { call }) } }),
      },
      progress: progress.record(),
    });
    return {
      // What would not fit into one input goes on here, for as long as the history lasts.
      isDue: (bytes) => isFull(bytes) && payloadBytes([input, next()]) < maximumPayloadBytes,
      goOn: (call) => continueAsNew<typeof complete>(input, next(call)),
    };
  };
  const { value, extras } = await askModel(
    {
      step: 'complete',
      model,
      messages,
      policy: withOwnLimit(policies.model, settings),
      options: callOptionsOf(request),
      ...(schema && { shape: { schema } }),
    },
    progress,
    { from: before?.conversation, elsewhere },
  );
  progress.step('done');
  return { value, ...extras, ...reportOf(progress) };
}
