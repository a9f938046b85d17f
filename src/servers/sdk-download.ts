import { readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { Program } from './program.ts';

// Where the download's host cannot be reached it fails within a second; a slow line gets its time.
const DOWNLOAD_TIMEOUT_MS = 180_000;

/**
 * Lets the Temporal SDK download `program` into `folder`, under the program's own name.
 * In a process of its own, because the SDK's runtime can be configured only once in a process
 * and that choice belongs to whoever starts a worker here.
 * @returns why the program is not there, or `undefined` where it is; no error, since it can be built.
 */
export async function downloadBySdk(program: Program, folder: string): Promise<string | undefined> {
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
