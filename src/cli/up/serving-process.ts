import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServerProcess } from '../../servers/server-process.ts';
import { compileCache } from '../compile-cache.ts';

/** A process of `up` that says by a line of its log when it serves. */
export type ServingProcess = Awaited<ReturnType<typeof startServing>>;

/** How such a process is started. */
export interface ServingOptions {
  /** What Node runs. */
  readonly args: readonly string[];
  /** The event of the line that says that it serves. */
  readonly event: string;
  /** All of its environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
}

/** Starts a process that ends with this one. */
export async function startServing(options: ServingOptions) {
  const { args, event, env, onLine } = options;
  const { promise: serving, resolve } = Promise.withResolvers<Record<string, unknown>>();
  let hasServed = false;
  const { exited, stop } = await startServerProcess(process.execPath, args, {
    env: { NODE_COMPILE_CACHE: compileCache, ...env },
    extendEnv: false,
    onLine(line) {
      onLine(line);
      if (hasServed || !line.includes(`"event":"${event}"`)) return;
      hasServed = true;
      resolve(JSON.parse(line));
    },
  });
  return {
    ...{ exited, stop, hasServed: () => hasServed },
    /** Resolves to that line; never, when it ends before. */
    serving,
  };
}

/** The file of the worker that `up` and `batch run` start. */
export function serveFile(): string {
  const name = `../../serve-file${path.extname(import.meta.url)}`;
  return fileURLToPath(new URL(name, import.meta.url));
}
