import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { execa } from 'execa';
import type { CommandEnd, CommandLine } from './command-host.ts';

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
}

/** What every command line finds, with nothing else of our environment. */
const environment = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
};

/**
 * Starts `holdfast` as its users do: as a process of its own, for what only a process shows.
 *
 * @param options.timeoutMs when it is ended; after 30 s by default.
 */
export function startHoldfast(
  args: readonly string[],
  options: CliRunOptions & { readonly timeoutMs?: number } = {},
) {
  return execa(node, [path.join(root, 'src', 'holdfast.ts'), ...args], {
    reject: false,
    cwd: options.cwd ?? root,
    // The cache as `npm run holdfast` sets it: a third of the starting time.
    env: { ...environment, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...options.env },
    extendEnv: false,
    input: options.input ?? '',
    timeout: options.timeoutMs ?? 30_000,
  });
}

/** Runs `holdfast` to its end, in the process that runs all command lines of this test file. */
export async function runHoldfast(
  args: readonly string[],
  options: CliRunOptions = {},
): Promise<CliRun> {
  const host = hostIn(options.cwd ?? root);
  const line: CommandLine = {
    ...{ number: nextNumber++, args, input: options.input ?? '' },
    env: { ...environment, ...options.env },
  };
  const { number: _, ...end } = await new Promise<CommandEnd>((resolve, reject) => {
    const heard = (ended: CommandEnd) => {
      if (ended.number === line.number) settle(() => resolve(ended));
    };
    const gone = () => settle(() => reject(new Error(`holdfast ${args.join(' ')}: crashed`)));
    const settle = (settleIt: () => void) => {
      host.off('message', heard).off('exit', gone);
      if (host.listenerCount('message') === 0) host.channel?.unref();
      settleIt();
    };
    host.on('message', heard).on('exit', gone);
    host.channel?.ref();
    host.send(line);
  });
  return end;
}

let nextNumber = 1;
const hosts = new Map<string, ChildProcess>();

/** One for each working directory: that is the whole process's. */
function hostIn(cwd: string): ChildProcess {
  const known = hosts.get(cwd);
  if (known) return known;
  const host = fork(path.join(import.meta.dirname, 'command-host.ts'), {
    ...{ cwd, execPath: node, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    env: { ...environment, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  });
  host.setMaxListeners(0);
  // It ends with the tests, and keeps them from ending only while a command line runs.
  host.unref();
  hosts.set(cwd, host);
  return host;
}
