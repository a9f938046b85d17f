import path from 'node:path';
import { type ServerProcess, startServerProcess } from '../../src/servers/server-process.ts';

const file = path.join(import.meta.dirname, '..', '..', 'src', 'serve-file.ts');

/** Starts a worker of the library's own workflows, with these variables and no others. */
export function startLibraryWorker(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  // What Node compiled is kept in the runner's cache: half the starting time.
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, HOME: folder, ...environment };
  return startServerProcess(process.execPath, [file], { env, extendEnv: false, cwd: folder });
}
