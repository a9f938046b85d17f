import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const source = fileURLToPath(new URL('..', import.meta.url));
const project = join(source, '..');
/** What may be in the bundle: a change anywhere here makes a new one. */
const bundled = ['workflows', 'activities', 'model', 'policies', 'failures'];

/**
 * The workflow bundle as a file, built once per content: bundling takes seconds, which every worker
 * and every test would pay again. Several processes may build at once: the rename is atomic.
 *
 * @returns the path for `WorkerOptions.workflowBundle.codePath`.
 */
export async function workflowBundlePath(): Promise<string> {
  const folder = join(project, 'node_modules', '.cache', 'holdfast');
  const path = join(folder, `workflow-bundle-${hashOfSources()}.js`);
  if (statSync(path, { throwIfNoEntry: false })) return path;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(
      source,
      'workflows',
      import.meta.url.endsWith('.ts') ? 'index.ts' : 'index.js',
    ),
    logger: {
      log() {},
      trace() {},
      debug() {},
      info() {},
      warn: console.error,
      error: console.error,
    },
  });
  mkdirSync(folder, { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  writeFileSync(temporary, code);
  renameSync(temporary, path);
  return path;
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const lockfile = join(project, 'package-lock.json');
  for (const file of [lockfile, ...bundled.flatMap((folder) => filesBelow(join(source, folder)))]) {
    hash.update(file.slice(project.length)).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
