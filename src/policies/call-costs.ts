import type { FailureDetails } from '../failures/failure-details.ts';

/** Tokens as the provider counted them; 0 where it did not say. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What one scheduling of the activity has used up, besides its answer. */
export interface CallCosts {
  /** Without the waiting at the gate. */
  readonly elapsedMs?: number;
  /** Attempts without an answer that may have been billed: timeouts, resets, killed workers. */
  readonly possiblyBilled?: number;
  /** Tokens of attempts that were paid for without a usable answer; absent when there were none. */
  readonly failedUsage?: Usage;
}

/** The sum of two usages; `undefined` when it is 0 tokens. */
export function addUsage(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  const inputTokens = (one?.inputTokens ?? 0) + (other?.inputTokens ?? 0);
  const outputTokens = (one?.outputTokens ?? 0) + (other?.outputTokens ?? 0);
  return inputTokens + outputTokens > 0 ? { inputTokens, outputTokens } : undefined;
}

/** Costs, without the time, as details of the failure that a scheduling ends in. */
export function costDetails({ possiblyBilled, failedUsage }: CallCosts): FailureDetails {
  return {
    possiblyBilled: possiblyBilled || undefined,
    failedInputTokens: failedUsage?.inputTokens,
    failedOutputTokens: failedUsage?.outputTokens,
  };
}

/** Reads what {@link costDetails} wrote. */
export function costsIn(details: FailureDetails): CallCosts {
  const { possiblyBilled, failedInputTokens = 0, failedOutputTokens = 0 } = details;
  const failedUsage = addUsage(undefined, {
    inputTokens: failedInputTokens,
    outputTokens: failedOutputTokens,
  });
  return {
    ...(possiblyBilled !== undefined && { possiblyBilled }),
    ...(failedUsage && { failedUsage }),
  };
}
