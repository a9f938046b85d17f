import { z } from 'zod';
import type { FailureType } from '../failures/failure-types.ts';
import { providerOf } from './model-name.ts';

/** Failures that time may cure: the model gets some attempts before the next one takes over. */
const transientTypes = [
  'Overloaded',
  'RateLimited',
  'ServerError',
  'Timeout',
  'ConnectionFailed',
  'MalformedResponse',
] as const satisfies FailureType[];

/** Failures of one model or account, which another model or account need not have. */
const accountTypes = [
  'ModelNotFound',
  'PermissionDenied',
  'InvalidCredentials',
  'QuotaExhausted',
] as const satisfies FailureType[];

/** Failure types that move on to the next model by default. */
const usualTypes = [...transientTypes, ...accountTypes];

/**
 * All failure types that may move on to another model. Never among them: `ContentRejected`, so that
 * a rejected prompt is not tried on model after model; `SchemaRejected`, `SchemaMismatch` and
 * `InvalidRequest`, which the request causes and a fallback would hide; `OutputTruncated`, which
 * needs a larger limit.
 */
const allowedTypes = [...usualTypes, 'RequestTooLarge'] as const satisfies FailureType[];

/** A model that is asked when those before it did not answer. */
export const fallbackSchema = z.lazy(() =>
  z.strictObject({
    model: z
      .string()
      .regex(/^[^\s:]+:\S+$/, 'must be provider:model')
      .describe('The model, as <provider>:<model>.'),
    on: z
      .array(
        z.enum(allowedTypes, {
          error: ({ input }) =>
            input === 'ContextLengthExceeded'
              ? 'is said with largerContext: true'
              : `must be one of ${allowedTypes.join(', ')}: what the request itself causes asks no other model`,
        }),
      )
      .min(1)
      .default(usualTypes)
      .describe(
        'Failure types that move on to this model. InvalidCredentials only from another provider.',
      ),
    afterAttempts: z
      .int()
      .min(1)
      .default(2)
      .describe(
        'Attempts of the model before, when time may cure its failure. Other types move on at once.',
      ),
    largerContext: z
      .boolean()
      .default(false)
      .describe('Whether its context window is larger: then ContextLengthExceeded moves on to it.'),
  }),
);

/** See the field descriptions in {@link fallbackSchema}. */
export type Fallback = z.infer<typeof fallbackSchema>;

/** A model to go on with, and its place: 0 is the one that was asked for, 1 the first fallback. */
export interface NextModel {
  readonly model: string;
  readonly place: number;
}

/** A model's place in the order; 0 for one that the list does not name. */
export function placeOf(fallback: readonly Fallback[], model: string): number {
  return fallback.findIndex((each) => each.model === model) + 1;
}

/** The first model after the failed one that takes over for this failure type. */
export function nextModel(
  fallback: readonly Fallback[],
  failed: NextModel,
  type: FailureType,
): NextModel | undefined {
  const index = fallback.findIndex(
    (each, at) => at >= failed.place && takesOver(each, failed.model, type),
  );
  const next = fallback[index];
  return next && { model: next.model, place: index + 1 };
}

function takesOver(next: Fallback, failedModel: string, type: FailureType): boolean {
  if (next.model === failedModel) return false;
  if (type === 'ContextLengthExceeded') return next.largerContext;
  // The same provider would get the same key.
  if (type === 'InvalidCredentials' && providerOf(next.model) === providerOf(failedModel)) {
    return false;
  }
  return (next.on as readonly FailureType[]).includes(type);
}

/** Attempts of a model until another takes over, by failure type; else the policy's cap holds. */
export function attemptsUntilFallback(
  fallback: readonly Fallback[],
  asked: NextModel,
): Partial<Record<FailureType, number>> {
  const attempts: Partial<Record<FailureType, number>> = {};
  for (const type of transientTypes) {
    const next = nextModel(fallback, asked, type);
    const afterAttempts = next && fallback[next.place - 1]?.afterAttempts;
    if (afterAttempts !== undefined) attempts[type] = afterAttempts;
  }
  return attempts;
}

/** The last attempt that may end in a failure type: the cap on all, or that of the type. */
export function lastAttemptFor(
  lastAttempt: number,
  attemptsByType: Partial<Record<FailureType, number>> | undefined,
  type: FailureType,
): number {
  return Math.min(lastAttempt, attemptsByType?.[type] ?? lastAttempt);
}
