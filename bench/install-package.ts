import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';

const root = path.dirname(import.meta.dirname);

/**
 * Installs a package of the benchmarks that has its own dependencies, unless that was done before.
 * @throws Error with npm's own words.
 */
export async function installPackage(folder: string): Promise<void> {
  const cwd = path.join(root, folder);
  if (isInstalled(cwd)) return;
  console.log(`Installing the packages of ${folder}, once.`);
  // `install` and not `ci`, which refuses a lockfile made where the registry had not every
  // platform's variant of an optional package. The locked versions hold with both.
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { failed, all } = await execa('npm', [...args, '--loglevel=error'], {
    cwd,
    all: true,
    stdin: 'ignore',
    reject: false,
  });
  if (failed) throw new Error(`The packages of ${folder} could not be installed:\n${all}`);
}

/** By npm's own list of what it put into node_modules, as far as it is for this machine. */
function isInstalled(cwd: string): boolean {
  const list = path.join(cwd, 'node_modules/.package-lock.json');
  if (!existsSync(list)) return false;
  const packagesIn = (file: string): Record<string, { version: string; optional?: boolean }> =>
    JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = packagesIn(list);
  return Object.entries(packagesIn(path.join(cwd, 'package-lock.json'))).every(
    ([name, { version, optional }]) =>
      name === '' || (installed[name] ? installed[name].version === version : optional === true),
  );
}
