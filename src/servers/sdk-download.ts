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
 * @returns whether the program is there; a failure is no error, since it can still be built.
 */
export async function downloadBySdk(program: Program, folder: string): Promise<boolean> {
  if (program.sdkDownload === undefined) return false;
  const script = path.join(
    import.meta.dirname,
    `sdk-download-process${path.extname(import.meta.url)}`,
  );
  const result = await execa(process.execPath, [script, program.sdkDownload, folder], {
    reject: false,
    stdin: 'ignore',
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  if (result.failed) return false;
  const [file] = await readdir(folder);
  if (file === undefined) return false;
  await rename(path.join(folder, file), path.join(folder, program.command));
  return true;
}
