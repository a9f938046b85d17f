import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgress } from '../src/servers/progress.mjs';

// The door to everything: runs on whatever Node the machine has, before anything is installed,
// and hands over to the Node that package.json pins. Hence plain JavaScript without dependencies.

const NODE_MAJOR_MIN = 20;
const FAILURE_LINES = 15;
const SIGNAL_EXIT_BASE = 128;

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(root, 'node_modules');
const binaries = path.join(modules, '.bin');
/** What npm writes down about node_modules when it is through. */
const installedList = path.join(modules, '.package-lock.json');
/** There while an install of ours runs, and after one that was cut short. */
const installingMark = path.join(modules, '.holdfast-installing');

/** What `node dev/bootstrap.mjs <name>` runs. */
const targets = {
  start: 'dev/demo/main.ts',
  test: 'dev/run-tests.ts',
  check: 'dev/check.ts',
  build: 'dev/build.ts',
  // npm runs it before it packs.
  prepack: 'dev/build.ts',
  holdfast: 'src/holdfast.ts',
  worker: 'src/serve-orders.ts',
  'test:crash': 'test/crash/main.ts',
  'test:chaos': 'test/chaos/main.ts',
  'test:long-streams': 'test/long-streams/main.ts',
  'test:peers': 'bench/peers/run-tests.ts',
  'test:package': 'test/package/run-tests.ts',
  'bench:batch': 'bench/batch/main.ts',
  'bench:engine': 'bench/engine/main.ts',
  'bench:gateway': 'bench/gateway/main.ts',
  'bench:journal': 'bench/journal/main.ts',
  'bench:ledger': 'bench/ledger/main.ts',
  'bench:overhead': 'bench/overhead/main.ts',
  'bench:storm': 'bench/storm/main.ts',
};

/**
 * Installs what is missing, runs a target, and ends this process as the target ended.
 * A second run installs nothing.
 */
export async function bootstrap(name, args) {
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
    fail(`Node ${process.versions.node} is too old. Install Node ${NODE_MAJOR_MIN} or newer.`);
  }
  if (!Object.hasOwn(targets, name)) {
    fail(`Say what to run: node dev/bootstrap.mjs <${Object.keys(targets).join('|')}> [args]`);
  }
  if (!isInstalled()) await install();
  run(path.join(root, targets[name]), args);
}

/**
 * Whether node_modules holds what the lockfile asks for, by npm's own list: so that a developer's
 * `npm install` counts as well, and one that was interrupted does not.
 */
function isInstalled() {
  if (existsSync(installingMark) || !existsSync(path.join(binaries, 'node'))) return false;
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  const installed = readPackages(installedList);
  return Object.entries(wanted).every(([folder, { version, optional }]) => {
    if (folder === '') return true;
    return folder in installed ? installed[folder].version === version : optional === true;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
}

async function install() {
  // What an interrupted install left may be half of a file, which npm would take for a whole one.
  if (existsSync(installingMark) || !existsSync(installedList)) {
    rmSync(modules, { recursive: true, force: true });
  }
  mkdirSync(modules, { recursive: true });
  writeFileSync(installingMark, '');
  const progress = startProgress('installing the packages with npm, once (less than a minute)');
  const output = [];
  // `install` and not `ci`, which refuses a lockfile made where the registry had not every
  // platform's variant of an optional package. The locked versions hold with both.
  // Without our own Node on PATH: npm is about to replace it.
  const npm = spawn('npm', ['install', '--no-save', '--loglevel=http'], {
    cwd: root,
    env: { ...process.env, PATH: pathWithoutBinaries() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output.push(...text.split('\n').filter((line) => line.trim() !== ''));
      progress.say(output.at(-1)?.trim() ?? '');
    });
  }
  const status = await new Promise((resolve) => {
    npm.once('error', (error) => resolve(error.message));
    npm.once('close', (code, signal) => resolve(code === 0 ? undefined : `exit ${code ?? signal}`));
  });
  if (status === undefined) {
    rmSync(installingMark);
    return progress.done();
  }
  progress.failed();
  fail(
    `The packages could not be installed (npm install: ${status}).\n` +
      output
        .filter((line) => line.startsWith('npm error'))
        .slice(0, FAILURE_LINES)
        .map((line) => `    ${line}\n`)
        .join('') +
      'Check that npm is on PATH and that its registry can be reached ' +
      '(npm config get registry; npm ping), then run this again.',
  );
}

function pathWithoutBinaries() {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.filter((folder) => path.resolve(folder) !== binaries).join(path.delimiter);
}

function run(file, args) {
  const child = spawn(path.join(binaries, 'node'), [file, ...args], {
    stdio: 'inherit',
    env: {
      // What Node compiles, and strips of its types, is kept: half the starting time of every process.
      NODE_COMPILE_CACHE: path.join(modules, '.cache', 'holdfast'),
      ...process.env,
      PATH: `${binaries}${path.delimiter}${pathWithoutBinaries()}`,
    },
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // At a terminal Ctrl-C reaches the child by itself; passed on as well, it would arrive twice,
  // which many programs read as "do not wait for anything".
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  child.once('error', (error) => fail(`${path.join(binaries, 'node')}: ${error.message}`));
  child.once('exit', (code, signal) => {
    process.exit(code ?? SIGNAL_EXIT_BASE + constants.signals[signal]);
  });
}

function fail(message) {
  process.stderr.write(`holdfast: ${message}\n`);
  process.exit(1);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await bootstrap(process.argv[2], process.argv.slice(3));
}
