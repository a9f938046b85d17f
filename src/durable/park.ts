import { condition, uuid4 } from '@temporalio/workflow';
import { isCancelled } from '../failures/find-failure.ts';
import type { ParkAnswer, Parked } from '../wire/progress.ts';

/** A person's answer, and what is recorded of it. */
export interface PersonsAnswer<Answer> {
  readonly answer: Answer;
  readonly did: string;
  readonly by: string;
}

/** What is waited for. */
export interface ParkRequest<Answer> {
  /** Names the park for people: the first part of its id. */
  readonly step: string;
  /** 0: waits for ever. */
  readonly deadlineMs: number;
  readonly describe: (frame: Pick<Parked, 'parkId' | 'since' | 'until'>) => Parked;
  /** The answer as soon as it is there. */
  readonly answer: () => PersonsAnswer<Answer> | undefined;
  /** While an answer is being worked on, the deadline waits too. */
  readonly isBusy?: () => boolean;
}

/**
 * Waits for a person; `undefined` when the deadline came first. Steps in parallel wait at once, each
 * as a park of its own: an answer is for the one whose id it names.
 */
export type Park = ReturnType<typeof createPark>;

/** The one way a workflow waits for a person: no polling, and no timer but the deadline's. */
export function createPark(publisher: {
  readonly park: (parked: Parked) => void;
  readonly unpark: (answer: ParkAnswer) => void;
}) {
  let count = 0;
  return async function park<Answer>(request: ParkRequest<Answer>): Promise<Answer | undefined> {
    const { step, deadlineMs, isBusy = () => false } = request;
    count += 1;
    const sinceMs = Date.now();
    // Replayed the same, but new after a Reset: an answer that a Reset applies again names the old.
    const parkId = `${step}.${count}.${uuid4().slice(0, 8)}`;
    const since = new Date(sinceMs).toISOString();
    const parked = request.describe({
      parkId,
      since,
      ...(deadlineMs > 0 && { until: new Date(sinceMs + deadlineMs).toISOString() }),
    });
    publisher.park(parked);
    const over = (how: Pick<ParkAnswer, 'did' | 'by'>) =>
      publisher.unpark({
        ...{ parkId, step, type: parked.type, since, at: new Date().toISOString() },
        ...how,
      });
    const isAnswered = () => request.answer() !== undefined;
    try {
      if (deadlineMs > 0) await condition(isAnswered, deadlineMs);
      else await condition(isAnswered);
      await condition(() => !isBusy());
    } catch (error) {
      // What is closed waits for nobody, in no list.
      if (isCancelled(error)) over({ did: 'cancelled' });
      throw error;
    }
    const answer = request.answer();
    over(answer ? { did: answer.did, by: answer.by } : { did: 'deadline' });
    return answer?.answer;
  };
}
