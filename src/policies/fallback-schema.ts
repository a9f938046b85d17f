import { z } from 'zod';
import { allowedTypes, usualTypes } from './fallback-types.ts';

/** A model that is asked when those before it did not answer. */
export const fallbackSchema = z.strictObject({
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
});

/** See the field descriptions in {@link fallbackSchema}. */
export type Fallback = z.infer<typeof fallbackSchema>;
