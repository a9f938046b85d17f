import { AttemptError } from '../../failures/attempt-error.ts';
import {
  effectLabel,
  idempotencyKeyFor,
  namePattern,
  workflowIdPattern,
} from '../../wire/identifiers.ts';
import type { RowName } from './ledger.ts';

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

/** The row of an effect, and the key that its target is given. */
export interface PlacedEffect extends RowName {
  /** The key with its generation. */
  readonly targetKey: string;
}

/**
 * @throws AttemptError `InvalidRequest` when a part cannot be in a key: joined by `/` and `:`, two
 * different effects could otherwise get the same one.
 */
export function placeEffect(effectName: string, place: EffectPlace): PlacedEffect {
  const { scope, workflowId, step, generation = 1 } = place;
  const name = effectLabel(effectName, step);
  const fits =
    namePattern.test(scope) &&
    namePattern.test(name) &&
    workflowIdPattern.test(workflowId) &&
    Number.isSafeInteger(generation) &&
    generation >= 1;
  if (!fits) {
    throw new AttemptError({
      type: 'InvalidRequest',
      by: 'holdfast',
      reason: 'scope, workflow id, effect name or generation does not fit an idempotency key',
      sent: false,
    });
  }
  return {
    key: idempotencyKeyFor(scope, workflowId, name),
    generation,
    targetKey: idempotencyKeyFor(scope, workflowId, name, generation),
  };
}
