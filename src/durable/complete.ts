import { callOptionsOf, withOwnLimit } from '../wire/call-options.ts';
import type { CompleteInput, CompleteResult } from '../wire/complete-input.ts';
import { askModel } from './ask-model.ts';
import { readQueues } from './read-rules.ts';
import { reportOf, trackProgress } from './track-progress.ts';

/** One durable model call: retried under the policy, repaired when its shape is wrong. */
export async function complete({ request, policies }: CompleteInput): Promise<CompleteResult> {
  const { model, messages, schema, settings } = request;
  const progress = trackProgress();
  const { calls } = await readQueues();
  const { value, extras } = await askModel(
    {
      step: 'complete',
      model,
      messages,
      policy: withOwnLimit(policies.model, settings),
      options: callOptionsOf(request),
      taskQueue: calls,
      ...(schema && { shape: { schema } }),
    },
    progress,
  );
  progress.step('done');
  return { value, ...extras, ...reportOf(progress) };
}
