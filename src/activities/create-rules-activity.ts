import { Context } from '@temporalio/activity';
import { type AppDefinition, listEffectsOf, policiesOf } from '../app/define-app.ts';
import { createFailure } from '../failures/create-failure.ts';
import { changePolicy, InvalidPolicy } from '../policies/resolve-policies.ts';
import type { RetryPolicy } from '../policies/retry-policy.ts';
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

/** The local activities that the library's own workflows need: they ask nothing of an application. */
export function createLibraryActivities(queuesOf: QueuesOf = taskQueuesOf) {
  return {
    readQueues: async (): Promise<ActivityQueues> => queuesOf(Context.current().info.taskQueue),
    /** A policy with fields changed by a person. Checked here: workflows load no schemas. */
    changePolicy: async (
      name: string,
      policy: RetryPolicy,
      fields: unknown,
    ): Promise<RetryPolicy> => refusing(() => changePolicy(name, policy, fields)),
  };
}

/** The local activities that workflows begin with: `readRules` those with questions or effects. */
export function createRulesActivity({ app, scope, ledgerName, queuesOf }: RulesDependencies) {
  const library = createLibraryActivities(queuesOf);
  const models = Object.entries(app.questions ?? {}).flatMap(([name, { model }]) =>
    model === undefined ? [] : [[name, model] as const],
  );
  const effects = listEffectsOf(app).map(({ name, policy }) => [name, policy] as const);
  return {
    ...library,
    /** @param overrides of policies for this one start: unknown JSON. */
    readRules: async (overrides: unknown): Promise<Rules> => ({
      scope,
      ledger: ledgerName,
      queues: await library.readQueues(),
      policies: refusing(() => policiesOf(app, overrides ?? {})),
      questions: Object.keys(app.questions ?? {}),
      models: Object.fromEntries(models),
      effects: Object.fromEntries(effects),
    }),
  };
}

/** @throws ApplicationFailure `InvalidRequest` where a policy makes no sense. */
function refusing<T>(resolve: () => T): T {
  try {
    return resolve();
  } catch (error) {
    if (!(error instanceof InvalidPolicy)) throw error;
    throw createFailure('InvalidRequest', error.message);
  }
}

/** What workflows know of it, by `import type` only. */
export type RulesActivities = ReturnType<typeof createRulesActivity>;
