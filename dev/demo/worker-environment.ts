import path from 'node:path';
import { demoProvider } from '../sandbox/demo-faults.ts';
import type { Sandbox } from '../sandbox/index.ts';
import type { DevServer } from '../servers/index.ts';
import { variables } from '../variables.ts';

/** Where the demo's files are, all in one temporary folder. */
export function demoFiles(folder: string) {
  return {
    temporal: path.join(folder, 'temporal.db'),
    /** Temporal's profiles: an empty one, since the user's may hold keys of a real cluster. */
    profiles: path.join(folder, 'temporal.toml'),
    /** The ledger's SQLite file. */
    ledger: path.join(folder, 'ledger.db'),
    /** The log of all its workers, JSON lines. */
    workerLog: path.join(folder, 'worker.log'),
    providers: path.join(folder, 'providers.json'),
  } as const;
}

/** The demo's files, by what they hold. */
export type DemoFiles = ReturnType<typeof demoFiles>;

/** The sandbox's model: it stands for a provider far away, so it has none of this machine's limit. */
export const sandboxProvider = {
  name: 'openai',
  family: 'openai',
  apiKeyVariable: 'OPENAI_API_KEY',
  maximumInFlight: 1000,
} as const;

/** A second provider, whose key was revoked. */
export const revokedProvider = {
  name: 'revoked',
  family: 'openai',
  apiKeyVariable: 'REVOKED_API_KEY',
} as const;

/** What `--model` takes from the user: where the model is, and the keys for it. */
const ofOwnModel = [
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'OLLAMA_BASE_URL',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
  'GOOGLE_GENERATIVE_AI_API_KEY',
  'GEMINI_API_KEY',
  'GOOGLE_BASE_URL',
  'HOLDFAST_PROVIDERS',
];

/**
 * The worker's whole environment. Settings that happen to be in the user's shell (a real Stripe
 * key, a real cluster) do not get in; with the user's own model, only what that one needs.
 */
export function workerEnvironment(
  temporal: DevServer,
  { model, stripe, github }: Sandbox,
  files: DemoFiles,
  userEnvironment: NodeJS.ProcessEnv,
  ownModel: boolean,
): NodeJS.ProcessEnv {
  const kept = Object.entries(userEnvironment).filter(
    ([name]) =>
      (ownModel && ofOwnModel.includes(name)) ||
      !(name in variables.shape || name.startsWith('TEMPORAL_')),
  );
  return {
    ...Object.fromEntries(kept),
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    TEMPORAL_CONFIG_FILE: files.profiles,
    STRIPE_SECRET_KEY: stripe.secretKey,
    STRIPE_BASE_URL: stripe.origin,
    GITHUB_TOKEN: github.token,
    GITHUB_REPOSITORY: `${github.owner}/${github.repo}`,
    GITHUB_BASE_URL: github.baseUrl,
    HOLDFAST_MARKER_SECRET: 'of-the-demo-alone',
    HOLDFAST_LEDGER: files.ledger,
    HOLDFAST_SHUTDOWN_GRACE_MS: '1000',
    ...(!ownModel && {
      // Also for a worker that is given no providers file: none asks a real model by mistake.
      OPENAI_BASE_URL: model.baseUrl,
      [sandboxProvider.apiKeyVariable]: demoProvider.validKey,
      HOLDFAST_PROVIDERS: files.providers,
      [revokedProvider.apiKeyVariable]: demoProvider.revokedKey,
    }),
    // The worker runs in another folder.
    ...(ownModel &&
      userEnvironment.HOLDFAST_PROVIDERS && {
        HOLDFAST_PROVIDERS: path.resolve(userEnvironment.HOLDFAST_PROVIDERS),
      }),
  };
}
