import type { Logger } from 'pino';
import type { HealthDependencies } from '../activities/create-journal-activities.ts';
import type { AppDefinition } from '../app/define-app.ts';
import { builtinProviderNames } from '../config/builtin-providers.ts';
import { scopesServed } from '../config/scope.ts';
import type { Config } from '../config.ts';
import type { MissingKey } from '../wire/worker-health.ts';
import { createLogger } from './create-logger.ts';

/** What `holdfast doctor` is told of this worker. */
export function healthFrom(
  config: Config,
  app: AppDefinition,
  {
    namespace,
    ...given
  }: Pick<HealthDependencies, 'ledger' | 'workflows'> & { readonly namespace: string },
): HealthDependencies {
  const set = config.providers.flatMap(({ apiKey, keyVariable }) =>
    apiKey && keyVariable ? [keyVariable] : [],
  );
  return {
    ...given,
    scopes: scopesServed(config, namespace),
    keys: [...new Set(set)],
    missingKeys: missingKeys(config, app),
  };
}

/** The worker's log, which begins with what is not well about the configuration, a sentence each. */
export function loggerFrom(config: Config, app: AppDefinition): Logger {
  const log = createLogger({ level: config.HOLDFAST_LOG_LEVEL });
  const ofKeys = missingKeys(config, app).map(
    ({ variable, neededBy }) => `${variable} is not set: calls to ${neededBy} will fail without it`,
  );
  for (const sentence of [...config.warnings, ...ofKeys]) {
    log.warn({ event: 'config.warning' }, sentence);
  }
  return log;
}

/** A key counts as missing when something asks with it: most have no use for every provider. */
function missingKeys(config: Config, app: AppDefinition): MissingKey[] {
  const ofQuestions = Object.values(app.questions ?? {}).flatMap(({ model }) => model ?? []);
  const models = ofQuestions.length > 0 ? ofQuestions : [config.HOLDFAST_MODEL];
  return config.providers.flatMap(({ name, apiKey, keyVariable, keyRequired }) => {
    if (!keyRequired || apiKey || !keyVariable) return [];
    const isOwn = !builtinProviderNames.includes(name);
    const model = models.find((each) => each.startsWith(`${name}:`));
    const neededBy = model ?? (isOwn ? `the provider ${name}` : undefined);
    return neededBy === undefined ? [] : [{ variable: keyVariable, neededBy }];
  });
}
