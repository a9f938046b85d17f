import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { execa, type Options } from 'execa';

const SETPRIV = '/usr/bin/setpriv';
const TAIL_CHARACTERS = 4_000;
const STOP_GRACE_MS = 10_000;

/** A server started here as a child process. */
export type ServerProcess = Awaited<ReturnType<typeof startServerProcess>>;

/** What a server is run as, where that differs from this process, and what becomes of its words. */
export type ServerProcessOptions = Pick<Options, 'uid' | 'gid' | 'cwd' | 'env' | 'extendEnv'> & {
  /** A file descriptor that gets its standard output; `tail` then has its standard error alone. */
  readonly stdout?: number;
  /** Gets each line that it prints. */
  readonly onLine?: (line: string) => void;
};

/**
 * Starts a server that does not outlive this process. On Linux the kernel sees to that, even when
 * this process is killed; then the server also gets a process group of its own, so that Ctrl-C
 * reaches this process alone, which can finish its work before it stops the server. Elsewhere
 * execa ends the server when this process exits.
 */
export async function startServerProcess(
  program: string,
  args: readonly string[],
  { onLine, ...options }: ServerProcessOptions = {},
) {
  const isTied = existsSync(SETPRIV);
  const [file, ...fileArgs] = isTied
    ? [SETPRIV, '--pdeathsig', 'KILL', program, ...args]
    : [program, ...args];
  const subprocess = execa(file, fileArgs, {
    ...options,
    // execa takes any descriptor; its types know those up to 9.
    stdout: (options.stdout ?? 'pipe') as 'pipe',
    all: true,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    detached: isTied,
  });

  let printed = '';
  subprocess.all.setEncoding('utf8').on('data', (text: string) => {
    printed = (printed + text).slice(-TAIL_CHARACTERS);
  });
  if (onLine) createInterface({ input: subprocess.all }).on('line', onLine);
  let isRunning = true;
  const exited = subprocess.then((result) => {
    isRunning = false;
    return result;
  });
  if (subprocess.pid === undefined) {
    throw new Error(`${program} cannot be started: ${(await exited).originalMessage}`);
  }

  return {
    pid: subprocess.pid,
    /** Whether it has ended, for whatever reason. */
    hasExited: () => !isRunning,
    /** Resolves when it has ended, to its exit code; `undefined` after a signal. */
    exited: exited.then(({ exitCode }) => exitCode),
    /** The end of what it printed, for error messages. */
    tail: () => printed.trim(),
    /** Sends `signal` and waits until the process is gone; after `graceMs` (10 s) it is killed. */
    async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = STOP_GRACE_MS) {
      if (!isRunning) return;
      subprocess.kill(signal);
      const timer = setTimeout(() => subprocess.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
