import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Resolve, Resolved, Resume } from '../wire/park-answers.ts';
import type { ParkAnswer, Progress } from '../wire/progress.ts';

/** Where a workflow is, for `watch` and `status`. */
export const progressQuery = defineQuery<Progress>('progress');

/** A person's answer to a step that failed. Refused unless it names the park that is. */
export const resumeUpdate = defineUpdate<ParkAnswer, [Resume]>('resume');

/** A person's verdict on the effect it is parked on. Refused unless it names the park that is. */
export const resolveUpdate = defineUpdate<Resolved, [Resolve]>('resolve');
