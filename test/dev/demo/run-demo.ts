import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const main = fileURLToPath(new URL('../../../dev/demo/main.ts', import.meta.url));

/** Runs what `npm start` runs, without a terminal. Never rejects: look at `exitCode`. */
export function runDemo(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return execa(process.execPath, [main, ...args], {
    stdin: 'ignore',
    reject: false,
    timeout: 120_000,
    forceKillAfterDelay: 15_000,
    env: { ...env, NO_COLOR: '1' },
  });
}
