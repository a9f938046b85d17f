import { createHash, randomUUID } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';

const source = fileURLToPath(new URL('..', import.meta.url));
const project = join(source, '..');

/**
 * The workflow bundle as a file, built once per content: bundling takes seconds, which every worker
 * and every test would pay again. Several processes may build at once: the rename is atomic.
 *
 * Where the file is not there and cannot be written (the project belongs to another user, or the
 * disk is full), the code itself comes back, so that a worker starts all the same, only later.
 *
 * @returns `WorkerOptions.workflowBundle`.
 */
export async function workflowBundle(
  workflowsPath = join(source, 'workflows', `index${extname(import.meta.url)}`),
  folder = join(project, 'node_modules', '.cache', 'holdfast'),
): Promise<WorkflowBundleOption> {
  const isOurs = workflowsPath.startsWith(source);
  const codePath = join(folder, `workflow-bundle-${hashOfSources()}.js`);
  if (isOurs && statSync(codePath, { throwIfNoEntry: false })) return { codePath };
  const { code } = await bundleWorkflowCode({
    workflowsPath: isOurs ? workflowsPath : entryFor(workflowsPath),
    logger: {
      log() {},
      trace() {},
      debug() {},
      info() {},
      warn: console.error,
      error: console.error,
    },
  });
  if (!isOurs) return { code };
  const temporary = `${codePath}.${randomUUID()}`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, code);
    renameSync(temporary, codePath);
  } catch {
    return { code };
  }
  return { codePath };
}

/** A change anywhere in the sources makes a new bundle: what is in it is the bundler's business. */
function hashOfSources(): string {
  const hash = createHash('sha256');
  const lockfile = join(project, 'package-lock.json');
  for (const file of [lockfile, ...filesBelow(source)]) {
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

/** A project's own workflows and those of the library, as one entry of the bundle. */
function entryFor(workflowsPath: string): string {
  const library = join(source, 'durable', `library-workflows${extname(import.meta.url)}`);
  const entry = join(mkdtempSync(join(tmpdir(), 'holdfast-')), 'workflows.mjs');
  const lines = [workflowsPath, library].map((file) => `export * from ${JSON.stringify(file)};\n`);
  writeFileSync(entry, lines.join(''));
  return entry;
}
