import { existsSync } from 'node:fs';
import path from 'node:path';
import { usageError } from '../command-error.ts';

/** Flags of `holdfast up`. */
export interface UpFlags {
  readonly worker?: string;
  readonly gateway: boolean;
  readonly port: number;
  readonly uiPort: number;
  readonly json?: boolean;
}

/** Looked for in the folder, in this order. */
const usualFiles = ['worker', 'app'].flatMap((name) =>
  ['ts', 'mts', 'js', 'mjs'].map((extension) => `${name}.${extension}`),
);

/**
 * The user's worker: the file that was named, or the usual one where there is one.
 *
 * @throws CommandError `usage` when there is no such file.
 */
export function workerFile(named: string | undefined): string | undefined {
  if (named !== undefined && !existsSync(named)) {
    throw usageError(
      `there is no file ${named}; --worker names a module that serves, or one that exports \`app\``,
    );
  }
  const file = named ?? usualFiles.find((name) => existsSync(name));
  return file && path.resolve(file);
}

/**
 * The environment of the worker: the user's, connected to this server alone. What a shell or a profile
 * says of another server (an address, a key) must not lead the worker there.
 *
 * @param profiles an empty file of Temporal's profiles.
 */
export function workerEnvironment(
  env: NodeJS.ProcessEnv,
  { address, ui, profiles }: { address: string; ui: string; profiles: string },
): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return {
    ...Object.fromEntries(kept),
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_CONFIG_FILE: profiles,
    HOLDFAST_UI_URL: ui,
    // Read here already, and what it says of Temporal is left out with the rest.
    HOLDFAST_ENV_FILE: '',
  };
}
