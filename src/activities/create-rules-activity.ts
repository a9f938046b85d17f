import { Context } from '@temporalio/activity';
import { type AppDefinition, listEffectsOf, policiesOf } from '../app/define-app.ts';
import { createFailure } from '../failures/create-failure.ts';
import { InvalidPolicy } from '../policies/resolve-policies.ts';
import type { Rules } from '../wire/rules.ts';
import { type ActivityQueues, taskQueuesOf } from '../wire/task-queues.ts';

/** Where the activities of workflows on a queue are served. */
export type QueuesOf = (workflows: string) => ActivityQueues;

/** What the rules of a worker are made from. */
export interface RulesDependencies {
  readonly app: AppDefinition;
  readonly scope: string;
  readonly ledgerName: string;
  /** Default: queues beside the one of workflows. */
  readonly queuesOf?: QueuesOf | undefined;
}

/** The local activity that the library's own workflows begin with. */
export function createQueuesActivity(queuesOf: QueuesOf = taskQueuesOf) {
  return {
    readQueues: async (): Promise<ActivityQueues> => queuesOf(Context.current().info.taskQueue),
  };
}

/** The local activities that workflows begin with: `readRules` those with questions or effects. */
export function createRulesActivity({ app, scope, ledgerName, queuesOf }: RulesDependencies) {
  const { readQueues } = createQueuesActivity(queuesOf);
  const models = Object.entries(app.questions ?? {}).flatMap(([name, { model }]) =>
    model === undefined ? [] : [[name, model] as const],
  );
  const effects = listEffectsOf(app).map(({ name, policy }) => [name, policy] as const);
  return {
    readQueues,
    /** @param overrides of policies for this one start: unknown JSON. */
    async readRules(overrides: unknown): Promise<Rules> {
      try {
        return {
          scope,
          ledger: ledgerName,
          queues: await readQueues(),
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
