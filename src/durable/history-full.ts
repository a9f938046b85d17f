import { workflowInfo } from '@temporalio/workflow';
import type { GoesOn } from './run-call.ts';

/** A history of so many bytes or events is continued as new: far below what any server allows. */
const fullBytes = 2_500_000;
const fullEvents = 100;

/** Whether this run is to continue as new before it schedules another call; never before its first. */
export function historyFull(): GoesOn['isDue'] {
  let scheduled = 0;
  return (bytes) => {
    scheduled += 1;
    const { historySize, historyLength, continueAsNewSuggested } = workflowInfo();
    const isFull = historySize + bytes > fullBytes || historyLength > fullEvents;
    return scheduled > 1 && (isFull || continueAsNewSuggested);
  };
}
