import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { cacheFolder, withCacheLock } from './cache.ts';
import { type Program, ProgramMissingError } from './program.ts';
import { startProgress } from './progress.mjs';

/**
 * The path of `program`, found or built. In order: its environment variable, PATH, the cache,
 * the SDK's download, a build. What takes long shows its progress on stderr.
 * Safe for several processes at once: one builds, the others wait for it.
 * @throws ProgramMissingError with one message that names the fix.
 */
export async function findProgram(
  program: Program,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const named = env[program.variable];
  if (named) return namedProgram(program, named);

  const onPath = await searchPath(program.command, env.PATH ?? '');
  if (onPath !== undefined) return onPath;

  const cache = cacheFolder(env);
  const cached = path.join(cache, program.cacheName, program.command);
  if (await isExecutable(cached)) return cached;

  const onWait = () =>
    process.stderr.write(`holdfast: another process is fetching ${program.title}; waiting\n`);
  await withCacheLock(cache, program.cacheName, onWait, async () => {
    if (!(await isExecutable(cached))) await obtain(program, cache);
  });
  return cached;
}

async function namedProgram(program: Program, file: string): Promise<string> {
  if (await isExecutable(file)) return path.resolve(file);
  throw new ProgramMissingError(
    `${program.variable} is "${file}", which is not an executable file. ` +
      'Correct the path, or unset the variable to let Holdfast find or build the program.',
  );
}

async function searchPath(command: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(path.delimiter)) {
    if (folder === '') continue;
    const candidate = path.resolve(folder, command);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/**
 * Downloads or builds into a folder of its own, which gets its real name only when it is whole:
 * an interrupted build leaves a stray folder, never a broken program. The next one sweeps it away,
 * which is safe because the caller holds the lock.
 */
async function obtain(program: Program, cache: string): Promise<void> {
  const prefix = `.${program.cacheName}-`;
  for (const name of await readdir(cache)) {
    if (name.startsWith(prefix)) await rm(path.join(cache, name), { recursive: true, force: true });
  }
  // Node 22 has no disposable folders.
  const folder = await mkdtemp(path.join(cache, prefix));
  try {
    const whole = path.join(folder, program.command);
    await mkdir(whole);
    const whyNot = await download(program, whole);
    if (whyNot !== undefined) await build(program, whole, whyNot);
    const target = path.join(cache, program.cacheName);
    await rm(target, { recursive: true, force: true });
    await rename(whole, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns why it is not there, empty where there is none to reach; `undefined` where it is. */
async function download(program: Program, folder: string): Promise<string | undefined> {
  if (program.sdkDownload === undefined) return '';
  const progress = startProgress(`downloading ${program.title}`);
  const whyNot = await downloadBySdk(program, folder);
  if (whyNot === undefined) progress.done();
  else progress.failed();
  return whyNot;
}

async function build(program: Program, folder: string, whyNoDownload: string): Promise<void> {
  const needed = `Holdfast needs ${program.title}${whyNoDownload && `, and ${whyNoDownload}`}.`;
  process.stderr.write(`holdfast: ${needed} ${program.buildNote}\n`);
  const progress = startProgress(program.buildLabel);
  try {
    await program.build(folder, progress);
    progress.done();
  } catch (error) {
    progress.failed();
    if (!(error instanceof ProgramMissingError)) throw error;
    throw new ProgramMissingError(`${needed} ${error.message}`);
  }
}

// Where the download's host cannot be reached it fails within a second; a slow line gets its time.
const DOWNLOAD_TIMEOUT_MS = 180_000;

/**
 * Lets the Temporal SDK download `program` into `folder`, under the program's own name.
 * In a process of its own, because the SDK's runtime can be configured only once in a process
 * and that choice belongs to whoever starts a worker here.
 * @returns why the program is not there, or `undefined` where it is; no error, since it can be built.
 */
async function downloadBySdk(program: Program, folder: string): Promise<string | undefined> {
  const script = path.join(
    import.meta.dirname,
    `sdk-download-process${path.extname(import.meta.url)}`,
  );
  const result = await execa(process.execPath, [script, program.sdkDownload ?? '', folder], {
    reject: false,
    stdin: 'ignore',
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  const [file] = result.failed ? [] : await readdir(folder);
  if (file === undefined) {
    return result.stderr.includes('ERR_MODULE_NOT_FOUND')
      ? '@temporalio/testing, which would download it, is not installed'
      : 'its download cannot be reached';
  }
  await rename(path.join(folder, file), path.join(folder, program.command));
  return undefined;
}
