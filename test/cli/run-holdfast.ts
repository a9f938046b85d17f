import path from 'node:path';
import { execa } from 'execa';

const root = path.join(import.meta.dirname, '..', '..');
const node = path.join(root, 'node_modules', '.bin', 'node');

/** How one command line ended. */
export interface CliRun {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command line is given besides its arguments. */
export interface CliRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Ended after this; 30 s by default. */
  readonly timeoutMs?: number;
}

/** Starts `holdfast` as its users do: as a process of its own, with nothing of our environment. */
export function startHoldfast(args: readonly string[], options: CliRunOptions = {}) {
  return execa(node, [path.join(root, 'src', 'holdfast.ts'), ...args], {
    reject: false,
    cwd: options.cwd ?? root,
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      // As `npm run holdfast` sets it: a third of the starting time.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...options.env,
    },
    extendEnv: false,
    input: options.input ?? '',
    timeout: options.timeoutMs ?? 30_000,
  });
}

/** Runs `holdfast` to its end. */
export async function runHoldfast(
  args: readonly string[],
  options: CliRunOptions = {},
): Promise<CliRun> {
  const { exitCode, stdout, stderr } = await startHoldfast(args, options);
  return { exitCode, stdout, stderr };
}
