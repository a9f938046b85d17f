import { existsSync } from 'node:fs';
import type { z } from 'zod';
import type { RateLimitsByModel } from './calls/gate/gate-limits.ts';
import { addressProblems } from './config/addresses.ts';
import {
  builtinProviderNames,
  builtinProviders,
  type ConfiguredProvider,
  inFlightLimit,
} from './config/builtin-providers.ts';
import { environment } from './config/environment.ts';
import { readProvidersFile, readRateLimits } from './config/providers.ts';
import { isLiveStripeKey } from './config/trust.ts';
import { didYouMean } from './policies/did-you-mean.ts';

/** All that is wrong with the configuration, a sentence each. */
export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a mistake' : 'mistakes'}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

type Environment = z.infer<typeof environment>;

/** The checked configuration: the environment, and what follows from it. */
export interface Config extends Environment {
  readonly providers: readonly ConfiguredProvider[];
  /** What effects read of their own, by effect. */
  readonly ofEffects: Readonly<Record<string, unknown>>;
  /** Known beforehand, by `<provider>:<model>` or `<provider>`. */
  readonly rateLimits: RateLimitsByModel;
  /** Sentences about variables that nothing reads. */
  readonly warnings: readonly string[];
}

/** What the client needs of the configuration; keys and targets are for the worker only. */
const clientEnvironment = environment.pick({
  HOLDFAST_TASK_QUEUE: true,
  HOLDFAST_SCOPE: true,
  HOLDFAST_SCOPES: true,
  HOLDFAST_MODEL: true,
  HOLDFAST_POLICIES: true,
  HOLDFAST_PROVIDERS: true,
  HOLDFAST_UI_URL: true,
});

/** The client's share of the configuration. */
export interface ClientConfig extends z.infer<typeof clientEnvironment> {
  /**
   * Names that may stand before the colon of a model. Read when they are asked for: a broken providers
   * file must not keep anyone from cancelling a workflow.
   *
   * @throws InvalidConfiguration
   */
  readonly providerNames: () => readonly string[];
  /** Sentences about variables that nothing reads. */
  readonly warnings: readonly string[];
}

/** Variables that another needs beside it, and how to come by them. */
const neededBeside: readonly (readonly [string, string, string?])[] = [
  ['GITHUB_TOKEN', 'GITHUB_REPOSITORY'],
  ['RESEND_API_KEY', 'HOLDFAST_EMAIL_FROM'],
  ['GITHUB_TOKEN', 'HOLDFAST_MARKER_SECRET', ' (any 16 random characters)'],
];

/**
 * Reads and checks the environment.
 *
 * @param effects those of the application, with the variables of their own.
 * @throws InvalidConfiguration naming every mistake at once.
 */
export function loadConfig(
  env: NodeJS.ProcessEnv = processEnvironment(),
  effects: EffectVariables = {},
): Config {
  const { present, data, problems } = read(environment, env);
  const file = providersOf(present, problems);
  const rateLimits = present.HOLDFAST_RATE_LIMITS
    ? readRateLimits(present.HOLDFAST_RATE_LIMITS, problems)
    : {};
  if (isLiveStripeKey(present.STRIPE_SECRET_KEY ?? '') && data && !data.STRIPE_ALLOW_LIVE) {
    problems.push(
      'STRIPE_SECRET_KEY: is a live key; set STRIPE_ALLOW_LIVE=true if real money may move',
    );
  }
  problems.push(...addressProblems(present, file));
  const isDeployed = present.NODE_ENV === 'production' || present.KUBERNETES_SERVICE_HOST;
  if (isDeployed && !present.DATABASE_URL && !present.HOLDFAST_LEDGER) {
    problems.push(
      `DATABASE_URL: is not set, and with ${present.KUBERNETES_SERVICE_HOST ? 'KUBERNETES_SERVICE_HOST' : 'NODE_ENV=production'} no file is taken by default: a second worker would have another ledger; set it, or HOLDFAST_LEDGER for a file that all workers share`,
    );
  }
  if (present.HOLDFAST_SCOPE && present.HOLDFAST_SCOPES) {
    problems.push('HOLDFAST_SCOPE: belongs into HOLDFAST_SCOPES, where that is set');
  }
  for (const [key, variable, hint = ''] of neededBeside) {
    if (present[key] && !present[variable]) {
      problems.push(`${variable}: must be set with ${key}${hint}`);
    }
  }
  const ofEffects = readEffectVariables(effects, present, problems);
  const ofApp = Object.values(effects).flatMap(({ config }) =>
    Object.keys(Object(config).shape ?? {}),
  );
  if (!data || problems.length > 0) throw new InvalidConfiguration(problems);
  const providers = new Map(
    [
      ...builtinProviders(data),
      ...file.map(({ apiKeyVariable, allowPlainHttp: _, ...rest }) => ({
        ...rest,
        apiKey: apiKeyVariable ? present[apiKeyVariable] : undefined,
        keyVariable: apiKeyVariable,
        keyRequired: apiKeyVariable !== undefined,
        ...inFlightLimit(rest.maximumInFlight, rest.baseUrl),
      })),
    ].map((provider): [string, ConfiguredProvider] => [provider.name, provider]),
  );
  return {
    ...data,
    ofEffects,
    warnings: unknownVariables(present, ofApp),
    rateLimits,
    // An entry of the file takes the place of one that is always there.
    providers: [...providers.values()],
  };
}

type EffectVariables = Readonly<Record<string, { readonly config?: z.ZodType }>>;

/** Reads what effects need of their own; what is wrong or missing goes to `problems`. */
function readEffectVariables(
  effects: EffectVariables,
  present: NodeJS.ProcessEnv,
  problems: string[],
): Config['ofEffects'] {
  const read = Object.entries(effects).map(([name, { config }]) => {
    const { data, error } = config?.safeParse(present) ?? {};
    for (const { path, message } of error?.issues ?? []) {
      const variable = path.join('.');
      const isSet = variable === '' || present[variable] !== undefined;
      problems.push(`${variable}: ${isSet ? message : 'is not set'} (for the effect ${name})`);
    }
    return [name, data] as const;
  });
  return Object.fromEntries(read);
}

/**
 * Reads and checks what the client needs. What only a worker needs is not checked: a `GITHUB_TOKEN`
 * alone in a person's shell must not stop a command.
 *
 * @throws InvalidConfiguration naming every mistake at once.
 */
export function loadClientConfig(env: NodeJS.ProcessEnv = processEnvironment()): ClientConfig {
  const { present, data, problems } = read(clientEnvironment, env);
  if (!data || problems.length > 0) throw new InvalidConfiguration(problems);
  return {
    ...data,
    // What an application's effects read is known to its worker alone.
    warnings: unknownVariables(present, []).filter((sentence) => sentence.includes('did you mean')),
    providerNames() {
      const file = providersOf(present, problems);
      if (problems.length > 0) throw new InvalidConfiguration(problems);
      return [...new Set([...builtinProviderNames, ...file.map(({ name }) => name)])];
    },
  };
}

/** Read elsewhere: where Temporal's servers are found. */
export const programVariables = [
  'HOLDFAST_TEMPORAL_CLI',
  'HOLDFAST_TEST_SERVER',
  'HOLDFAST_TOXIPROXY',
];

/** A misspelt variable is silently a default: sentences about those of our prefix that are not ours. */
function unknownVariables(present: NodeJS.ProcessEnv, ofApp: readonly string[]): string[] {
  const known = [...Object.keys(environment.shape), ...programVariables, ...ofApp];
  return Object.keys(present)
    .filter((name) => name.startsWith('HOLDFAST_') && !known.includes(name))
    .map((name) => `${name} is not known, and not read${didYouMean(name, known)}`);
}

/** The process's variables, and those of `.env` in the working directory: the real ones win. */
export function processEnvironment(): NodeJS.ProcessEnv {
  const { HOLDFAST_ENV_FILE: file = '.env' } = process.env;
  if (file && existsSync(file)) process.loadEnvFile(file);
  return process.env;
}

function read<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv) {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { data, error } = schema.safeParse(present);
  const problems = (error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );
  return { present, data, problems };
}

function providersOf({ HOLDFAST_PROVIDERS: path }: NodeJS.ProcessEnv, problems: string[]) {
  return path === undefined ? [] : readProvidersFile(path, problems);
}
