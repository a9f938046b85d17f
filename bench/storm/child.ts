import { type ChildProcess, fork } from 'node:child_process';
import type { Message } from './parent.ts';

/** A process of the benchmark, seen from the one that started it. */
export interface Child {
  readonly pid: number;
  /** The next message of this kind. @throws Error when the process ends before. */
  next<K extends Message['kind']>(kind: K): Promise<Extract<Message, { kind: K }>>;
  tell(message: Message): void;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts a program as a process of its own, which ends with this one. */
export function startChild(
  program: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Child {
  const child: ChildProcess = fork(program, args, {
    env: { ...process.env, ...env },
    // Warnings of the AI SDK and of workers under load would bury the table.
    stdio: ['ignore', 'ignore', process.env.STORM_VERBOSE ? 'inherit' : 'ignore', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? 0,
    next: (kind) =>
      new Promise((resolve, reject) => {
        const gone = () => reject(new Error(`${program} ended early`));
        const listener = (message: unknown) => {
          if ((message as Message).kind !== kind) return;
          child.off('message', listener);
          child.off('exit', gone);
          resolve(message as never);
        };
        child.on('message', listener);
        child.once('exit', gone);
      }),
    tell: (message) => void child.send(message),
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
