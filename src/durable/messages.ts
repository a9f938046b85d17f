import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchRules } from '../wire/batch.ts';
import type { Approval, Resolve, Resolved, Resume } from '../wire/park-answers.ts';
import type { ParkAnswer, Progress } from '../wire/progress.ts';

/** Where a workflow is, for `watch` and `status`. */
export const progressQuery = defineQuery<Progress>('progress');

/** A person's answer to a step that failed. Refused unless it names the park that is. */
export const resumeUpdate = defineUpdate<ParkAnswer, [Resume]>('resume');

/** A person's verdict on the effect it is parked on. Refused unless it names the park that is. */
export const resolveUpdate = defineUpdate<Resolved, [Resolve]>('resolve');

/** Whether another input is the same to a workflow; answered where it declares an identity. */
export const sameInputQuery = defineQuery<boolean, [unknown]>('sameInput');

/** A person's approval. Refused, or ignored, unless it is for what the workflow waits for. */
export const approveUpdate = defineUpdate<void, [Approval]>('approve');

/** What held its calls is over: they are tried now, not when their sleep ends. */
export const wakeHeldSignal = defineSignal('wakeHeld');

/** A batch's file was read, for the first time or again: lines may be open, and other rules hold. */
export const runBatchSignal = defineSignal<[BatchRules]>('runBatch');

/** Whether a batch is to send nothing further. */
export const pauseBatchSignal = defineSignal<[boolean]>('pauseBatch');
