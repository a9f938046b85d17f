import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { InvalidApp } from '../app/define-app.ts';
import { keepBundle, keptBundle, type MadeBundle, writeWhole } from './kept-bundle.ts';

const source = fileURLToPath(new URL('..', import.meta.url));
const project = join(source, '..');

/**
 * The workflow bundle, built once per content: bundling takes seconds, which every worker and every
 * test would pay again.
 *
 * Where the file is not there and cannot be written (the project belongs to another user, or the
 * disk is full), the code itself comes back, so that a worker starts all the same, only later.
 *
 * @returns `WorkerOptions.workflowBundle`.
 */
export async function workflowBundle(
  workflowsPath = own('workflows/index'),
  folder = join(project, 'node_modules', '.cache', 'holdfast'),
): Promise<WorkflowBundleOption> {
  if (!workflowsPath.startsWith(source)) {
    const bundled = inMemory.get(workflowsPath) ?? bundleOfProject(workflowsPath);
    inMemory.set(workflowsPath, bundled);
    return bundled;
  }
  const hash = hashes.get(workflowsPath) ?? hashOfSources(workflowsPath);
  hashes.set(workflowsPath, hash);
  const codePath = join(folder, `workflow-bundle-${hash}.js`);
  if (statSync(codePath, { throwIfNoEntry: false })) return { codePath };
  const { code } = await bundle(workflowsPath);
  try {
    mkdirSync(folder, { recursive: true });
    writeWhole(codePath, code);
  } catch {
    return { code };
  }
  return { codePath };
}

/** Of the library's own sources, which this process has loaded: each of its workers would read them all. */
const hashes = new Map<string, string>();

/** Of projects, by path: the test worlds of one process bundle the same file once. */
const inMemory = new Map<string, Promise<{ readonly code: string }>>();

/** Kept beside its entry for as long as nothing that is in it changes. */
async function bundleOfProject(workflowsPath: string): Promise<{ readonly code: string }> {
  const { entry, bundleFile } = entryFor(workflowsPath);
  const kept = bundleFile === undefined ? undefined : keptBundle(bundleFile);
  if (kept) return kept;
  const made = await bundle(entry, workflowsPath);
  if (bundleFile !== undefined) keepBundle(bundleFile, made);
  return { code: made.code };
}

/**
 * The library's own modules are evaluated once for a worker, and not at each start of a workflow, which
 * was half of what a call costs there; so they must keep no state (decision 22).
 */
export const preloadModules: readonly string[] = [
  own('durable/library-workflows'),
  own('workflow'),
];

async function bundle(workflowsPath: string, named = workflowsPath): Promise<MadeBundle> {
  const interceptors = own('durable/queues-beside');
  const said: string[] = [];
  // This file and the SDK say how it is made.
  const read = new Set([import.meta.filename]);
  // Nothing is read within the first moments, and the time of a file that was just written is finer.
  const sinceMs = Date.now() + 10;
  const sdk = findPackageJSON('@temporalio/worker', import.meta.url);
  if (sdk) read.add(sdk);
  const missing = new Set<string>();
  const bundling = bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [interceptors],
    preloadModules: [...preloadModules, interceptors],
    webpackConfigHook: (config) => {
      config.plugins?.push({
        apply(compiler) {
          compiler.hooks.done.tap('holdfast', ({ compilation }) => {
            for (const path of compilation.fileDependencies) {
              // The name of the entry says what is in it, and it is written at each start.
              if (path !== workflowsPath) read.add(path);
            }
            for (const path of compilation.missingDependencies) missing.add(path);
          });
        },
      });
      return config;
    },
    logger: {
      log() {},
      trace() {},
      debug() {},
      info() {},
      warn: console.error,
      error: (words) => said.push(words),
    },
  });
  const { code } = await bundling.catch((error: Error) => {
    const modules = unfitModules(said.join('\n'));
    if (modules.length === 0) {
      for (const words of said) console.error(words);
      throw error;
    }
    throw new InvalidApp(
      `the workflows of ${named} import ${modules.join(', ')}, which no workflow may have: import an application by type only (\`import type { app }\`), and do what needs them in an effect`,
      { cause: error },
    );
  });
  return { code, sinceMs, read, missing };
}

/** Those of Node that the bundler met: as a rule something was imported that was to be imported by type. */
function unfitModules(said: string): readonly string[] {
  const found = [...said.matchAll(/Reading from .(node:[\w/]+)/g)].map(([, name = '']) => name);
  return [...new Set(found)].sort();
}

function own(module: string): string {
  return join(source, `${module}${extname(import.meta.filename)}`);
}

/** Another entry, a change anywhere in the sources, or another version of a package makes a new bundle. */
function hashOfSources(workflowsPath: string): string {
  const hash = createHash('sha256').update(workflowsPath.slice(project.length));
  for (const file of [...packageFiles(), ...filesBelow(source)]) {
    hash.update(file.slice(project.length)).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Ours, and those of the packages that it needs, which tell their versions. */
function packageFiles(): string[] {
  const manifest = join(project, 'package.json');
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(manifest, 'utf8'),
  );
  const files = Object.keys({ ...dependencies, ...peerDependencies })
    .filter((name) => !peerDependenciesMeta?.[name]?.optional)
    .map((name) => findPackageJSON(name, import.meta.url));
  return [manifest, ...files.filter((file) => file !== undefined)];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * A project's own workflows and those of the library, as one entry of the bundle. It lies among the
 * project's packages, from where the bundler finds them, and the bundle is kept beside it.
 */
function entryFor(workflowsPath: string): { readonly entry: string; readonly bundleFile?: string } {
  const lines = [workflowsPath, own('durable/library-workflows')].map(
    (file) => `export * from ${JSON.stringify(file)};\n`,
  );
  const text = lines.join('');
  // Named after what it holds: test files of a project bundle their workflows at the same time.
  const name = `workflows-${createHash('sha256').update(text).digest('hex')}.mjs`;
  try {
    const entry = writeEntry(cacheOf(workflowsPath), name, text);
    return { entry, bundleFile: entry.replace(/mjs$/, 'json') };
  } catch {
    return { entry: writeEntry(temporaryBeside(workflowsPath), name, text) };
  }
}

function cacheOf(workflowsPath: string): string {
  const manifest = findPackageJSON(pathToFileURL(workflowsPath));
  return join(dirname(manifest ?? workflowsPath), 'node_modules', '.cache', 'holdfast');
}

/** For a project that cannot be written, as containers often have it: its packages, in a folder that can. */
function temporaryBeside(workflowsPath: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-workflows-'));
  const one = findPackageJSON('@temporalio/workflow', pathToFileURL(workflowsPath));
  // node_modules/@temporalio/workflow/package.json
  if (one) symlinkSync(dirname(dirname(dirname(one))), join(folder, 'node_modules'));
  return folder;
}

function writeEntry(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  // The bundler takes no entry below a link, which node_modules may be.
  const entry = join(realpathSync(folder), name);
  writeWhole(entry, text);
  return entry;
}
