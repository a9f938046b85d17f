import type { ModelFault } from './model-faults.ts';
import { pass } from './wire-fault.ts';

/** What a fault is decided on. */
export interface ModelFaultContext {
  /** Holdfast's request id of the call, constant over its attempts; absent without the header. */
  readonly requestId: string | undefined;
  /** Which request of this call it is, counted from 1. */
  readonly nthForThisCall: number;
  readonly model: string;
  /** The parsed request body. */
  readonly body: unknown;
}

/** Decides what goes wrong with one request. */
export type DecideModelFault = (context: ModelFaultContext) => ModelFault;

/**
 * A list of faults for each call, in the order of its requests; after the list's end all pass.
 * A key is a whole request id (`order-1001/extract`) or the workflow id before the slash, which
 * then stands for each call of that workflow; the whole one wins. `default` is for all others.
 */
export function faultPlan(
  plan: Readonly<Record<string, readonly ModelFault[]>> & {
    readonly default?: readonly ModelFault[];
  },
): DecideModelFault {
  return ({ requestId, nthForThisCall }) => {
    const workflowId = requestId?.split('/')[0];
    const list = plan[requestId ?? ''] ?? plan[workflowId ?? ''] ?? plan.default ?? [];
    return list[nthForThisCall - 1] ?? pass;
  };
}
