import { type AppDefinition, listEffectsOf, policiesOf } from '../app/define-app.ts';
import { createFailure } from '../failures/create-failure.ts';
import { InvalidPolicy } from '../policies/resolve-policies.ts';
import type { Rules } from '../wire/rules.ts';

/** What the rules of a worker are made from. */
export interface RulesDependencies {
  readonly app: AppDefinition;
  readonly scope: string;
  readonly ledgerName: string;
}

/** The local activity that every workflow with questions or effects begins with. */
export function createRulesActivity({ app, scope, ledgerName }: RulesDependencies) {
  const models = Object.entries(app.questions ?? {}).flatMap(([name, { model }]) =>
    model === undefined ? [] : [[name, model] as const],
  );
  const effects = listEffectsOf(app).map(({ name, policy }) => [name, policy] as const);
  return {
    /** @param overrides of policies for this one start: unknown JSON. */
    async readRules(overrides: unknown): Promise<Rules> {
      try {
        return {
          scope,
          ledger: ledgerName,
          policies: policiesOf(app, overrides ?? {}),
          models: Object.fromEntries(models),
          effects: Object.fromEntries(effects),
        };
      } catch (error) {
        if (!(error instanceof InvalidPolicy)) throw error;
        throw createFailure('InvalidRequest', error.message);
      }
    },
  };
}

/** What workflows know of it, by `import type` only. */
export type RulesActivities = ReturnType<typeof createRulesActivity>;
