import { utf8ToBytes } from '@noble/hashes/utils.js';
import { ApplicationFailure } from '@temporalio/common';
import type { FailureDetails } from './failure-details.ts';
import { type FailureType, isPermanent } from './failure-types.ts';

/** Longest failure message kept, in characters: a pending failure over about 4 KB is replaced by Temporal, type and all. */
export const maximumMessageLength = 500;
/** Most bytes of JSON kept as details: Temporal replaces a pending failure over about 4 KB. */
export const maximumDetailsBytes = 1024;

/** Arguments of {@link createFailure}. */
export interface FailureOptions {
  readonly details?: FailureDetails;
  /** Overrides the policy's own delay for the next attempt. At least 1 (0 would end the retries). */
  readonly nextRetryDelayMs?: number;
  /** Stop now although the type is retried, because the caps are used up. */
  readonly final?: boolean;
  readonly cause?: Error;
}

/** Makes every failure of Holdfast: flags by {@link failureTypes}, cut to what Temporal keeps. */
export function createFailure(
  type: FailureType,
  message: string,
  options: FailureOptions = {},
): ApplicationFailure {
  const { nextRetryDelayMs } = options;
  return ApplicationFailure.create({
    type,
    message: cut(message, maximumMessageLength),
    nonRetryable: options.final === true || isPermanent(type),
    details: [fitDetails(options.details ?? {})],
    ...(nextRetryDelayMs !== undefined && {
      nextRetryDelay: Math.max(1, Math.round(nextRetryDelayMs)),
    }),
    ...(options.cause && { cause: options.cause }),
  });
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function fitDetails(details: FailureDetails): FailureDetails {
  const fitted: Record<string, FailureDetails[keyof FailureDetails]> = {};
  let bytes = 2;
  for (const [field, value] of Object.entries(details)) {
    if (value === undefined) continue;
    const kept = typeof value === 'string' ? cut(value, 200) : value;
    const size = utf8ToBytes(JSON.stringify([field, kept])).length;
    // A field that does not fit is left out; shorter ones after it may fit.
    if (bytes + size > maximumDetailsBytes) continue;
    bytes += size;
    fitted[field] = kept;
  }
  return fitted;
}
