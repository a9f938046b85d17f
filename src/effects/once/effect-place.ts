import { AttemptError } from '../../failures/attempt-error.ts';
import { effectLabel, idempotencyKey, parseIdempotencyKey } from '../../wire/idempotency-key.ts';

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
 * @throws AttemptError `InvalidRequest` when a part cannot be in a key: joined by `/` and `:`, two
 * different effects could otherwise get the same one.
 */
export function keyAt(effectName: string, { step, ...place }: EffectPlace): string {
  const effect = effectLabel(effectName, step);
  const key = idempotencyKey({ ...place, effect });
  if (parseIdempotencyKey(key)?.effect === effect) return key;
  throw new AttemptError({
    type: 'InvalidRequest',
    by: 'holdfast',
    reason: 'scope, workflow id, effect name or generation does not fit an idempotency key',
    sent: false,
  });
}
