import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('./histories/', import.meta.url);
const ending = '.history.json';

/** A history as Temporal's tools write it; of the events only what tests read. */
export interface RecordedHistory {
  readonly name: string;
  readonly history: { readonly events: readonly RecordedEvent[] };
}

/** One event: what is particular to its type is under a key of its own. */
export interface RecordedEvent {
  readonly activityTaskScheduledEventAttributes?: { readonly activityType: { name: string } };
  readonly activityTaskFailedEventAttributes?: {
    readonly failure: { readonly applicationFailureInfo: { readonly type: string } };
  };
  readonly timerStartedEventAttributes?: object;
  readonly timerCanceledEventAttributes?: object;
  readonly upsertWorkflowSearchAttributesEventAttributes?: object;
  readonly workflowPropertiesModifiedEventAttributes?: object;
  readonly workflowExecutionUpdateAcceptedEventAttributes?: {
    readonly acceptedRequest: { readonly input: { readonly name: string } };
  };
}

/** Reads all that `dev/record-histories.ts` has written, anew: a test may change its own. */
export function readHistories(): RecordedHistory[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => ({
      name: file.slice(0, -ending.length),
      history: JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
    }));
}

/** What the workflow asked for and was told, in order; the bookkeeping of tasks left out. */
export function stepsOf({ history }: RecordedHistory): string[] {
  return history.events.flatMap((event) => stepOf(event) ?? []);
}

/** The types of the activities it scheduled, to be changed in place. */
export function activityTypesOf({ history }: RecordedHistory): { name: string }[] {
  return history.events.flatMap(
    (event) => event.activityTaskScheduledEventAttributes?.activityType ?? [],
  );
}

function stepOf(event: RecordedEvent): string | undefined {
  const activity = event.activityTaskScheduledEventAttributes;
  if (activity) return activity.activityType.name;
  const failed = event.activityTaskFailedEventAttributes;
  if (failed) return `failed: ${failed.failure.applicationFailureInfo.type}`;
  const update = event.workflowExecutionUpdateAcceptedEventAttributes;
  if (update) return `update: ${update.acceptedRequest.input.name}`;
  if (event.timerStartedEventAttributes) return 'timer';
  if (event.timerCanceledEventAttributes) return 'timer cancelled';
  if (event.upsertWorkflowSearchAttributesEventAttributes) return 'search attribute';
  if (event.workflowPropertiesModifiedEventAttributes) return 'memo';
  return undefined;
}
