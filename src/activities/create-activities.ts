import type { Effect } from '../effects/once/effect.ts';
import { type CallModelDependencies, createCallModelActivity } from './call-model.ts';
import { createEffectActivity, type EffectActivityDependencies } from './run-effect.ts';

/** Activities of the queue for model calls. */
export function createCallActivities(dependencies: CallModelDependencies) {
  return { callModel: createCallModelActivity(dependencies) };
}

/** What workflows know of the calls' activities, by `import type` only. */
export type CallActivities = ReturnType<typeof createCallActivities>;

/**
 * Activities of the queue for effects: one for each declared effect, under its name.
 *
 * @throws TypeError when an effect is written in another database than the ledger's: its row and
 * what it did could then disagree.
 */
export function createEffectActivities(
  effects: object,
  dependencies: EffectActivityDependencies,
): Record<string, ReturnType<typeof createEffectActivity>> {
  const { ledger } = dependencies;
  const activities = Object.entries(effects).map(([name, declared]) => {
    const effect = declared as Effect<unknown, unknown>;
    if (effect.way === 'same transaction' && effect.ledger !== ledger) {
      throw new TypeError(
        `${name} is written in ${effect.ledger.name}, but the ledger is ${ledger.name}: they must be one, or it is not once`,
      );
    }
    return [name, createEffectActivity(effect, dependencies)] as const;
  });
  return Object.fromEntries(activities);
}
