import { AttemptError } from '../../failures/attempt-error.ts';
import { effectLabel, idempotencyKey } from '../../wire/idempotency-key.ts';

/** Where an effect is done: all that its idempotency key is made of, but its name. */
export interface EffectPlace {
  /** Environment and namespace, or tenant. */
  readonly scope: string;
  readonly workflowId: string;
  /** Names one of several effects of the same kind in a workflow: `charge.2026-11`. */
  readonly step?: string;
  /** 1, until a person has the effect done anew after a definitive no. */
  readonly generation?: number;
}

/**
 * The idempotency key of an effect at its place.
 *
 * @throws AttemptError `InvalidRequest` when a part cannot be in a key.
 */
export function keyAt(effectName: string, { step, ...place }: EffectPlace): string {
  const effect = effectLabel(effectName, step);
  try {
    return idempotencyKey({ ...place, effect });
  } catch (error) {
    const { message: reason } = error as Error;
    throw new AttemptError({ type: 'InvalidRequest', by: 'holdfast', reason, sent: false });
  }
}
