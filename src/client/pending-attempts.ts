import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { isFailureType } from '../failures/failure-types.ts';
import { readNotes } from '../wire/attempt-notes.ts';
import { type Held, isHeld } from '../wire/held.ts';
import { present } from '../wire/present.ts';
import type { Tries } from '../wire/progress.ts';

/** An activity that waits for its next attempt, or runs one. */
export interface PendingAttempt {
  /** `callModel`, `charge`, ... */
  readonly activity: string;
  /** The step of a call; of another activity its id. */
  readonly step: string;
  /** The attempt that runs, or the next one while it waits. */
  readonly attempt: number;
  /** 0 where the policy has no cap. */
  readonly maximumAttempts: number;
  readonly running: boolean;
  /** It waits at a gate, as its last heartbeat said. */
  readonly held?: Held;
  /** When the next attempt starts, by the server's clock; absent while one runs. */
  readonly nextAttemptAt?: Date;
  readonly lastFailure?: { readonly type: string; readonly message: string };
}

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/**
 * The activities that a workflow waits for. The server counts the attempts of one scheduling; a call
 * has several, and one cap on all of them.
 *
 * @param calls by step, as the workflow knows them.
 */
export function pendingAttempts(
  client: Client,
  { raw }: WorkflowExecutionDescription,
  calls: Readonly<Record<string, Tries>> = {},
): Promise<PendingAttempt[]> {
  return Promise.all(
    (raw.pendingActivities ?? []).map(async (pending) => {
      const step = pending.activityId ?? '';
      const call = Object.hasOwn(calls, step) ? calls[step] : undefined;
      // SCHEDULED is 1: it waits for its time or for a worker.
      const running = pending.state !== 1;
      const held = running ? await heldBy(client, pending) : undefined;
      const { seconds = 0, nanos = 0 } = pending.scheduledTime ?? {};
      const dueMs = Number(seconds) * 1000 + Math.round((nanos ?? 0) / 1e6);
      const failure = pending.lastFailure ?? undefined;
      const type = failure?.applicationFailureInfo?.type;
      return present({
        activity: pending.activityType?.name ?? '',
        step,
        attempt: (call?.attemptsUsed ?? 0) + (pending.attempt ?? 1),
        maximumAttempts: call?.maximumAttempts ?? pending.maximumAttempts ?? 0,
        running,
        held,
        nextAttemptAt: !running && dueMs > 0 ? new Date(dueMs) : undefined,
        lastFailure: failure && {
          type: isFailureType(type) ? type : 'WorkerLost',
          message: failure.message ?? '',
        },
      });
    }),
  );
}

/** What cannot be read, of another version or without the codec's key, says nothing. */
async function heldBy(
  client: Client,
  { heartbeatDetails, attempt }: Pending,
): Promise<Held | undefined> {
  const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter;
  let [payload] = heartbeatDetails?.payloads ?? [];
  let notes: unknown;
  try {
    for (const codec of payloadCodecs.toReversed())
      [payload] = await codec.decode(payload ? [payload] : []);
    notes = payload && payloadConverter.fromPayload(payload);
  } catch {
    return undefined;
  }
  const { held, ...told } = readNotes(notes);
  // What a killed attempt told last stays until the next one tells something.
  return isHeld(held) && told.attempt === attempt ? held : undefined;
}
