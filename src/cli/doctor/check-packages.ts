import { readFileSync, realpathSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Check, ok, wrong } from './check.ts';

/** Temporal's packages that Holdfast and a project share. */
const names = ['activity', 'client', 'common', 'envconfig', 'testing', 'worker', 'workflow'].map(
  (name) => `@temporalio/${name}`,
);

/**
 * Whether the project, Holdfast, and Temporal's packages among themselves find one copy of each of
 * them: of two, what one makes the other does not know.
 *
 * @param project the folder of the project.
 */
export function checkPackages(project: string): Check {
  const versions = `Node ${process.versions.node}`;
  const ours = names.flatMap((name) => find(name, import.meta.url) ?? []);
  const bases = [
    import.meta.url,
    pathToFileURL(path.join(project, 'package.json')).href,
    ...ours.map((file) => pathToFileURL(file).href),
  ];
  for (const name of names) {
    const copies = [...new Set(bases.flatMap((base) => find(name, base) ?? []))];
    if (copies.length < 2) continue;
    const found = copies.map((file) => `${versionOf(file)} in ${path.dirname(file)}`).join(', ');
    return wrong(
      'versions',
      `there are ${copies.length} copies of ${name}: ${found}; give all @temporalio packages one version, and run \`npm dedupe\``,
    );
  }
  const temporal = [...new Set(ours.map(versionOf))];
  if (temporal.length === 1) return ok('versions', `${versions}, @temporalio ${temporal[0]}`);
  const found = ours.map((file) => `${path.basename(path.dirname(file))} ${versionOf(file)}`);
  return wrong(
    'versions',
    `Temporal's packages are of several versions (${found.join(', ')}); give all @temporalio packages one version`,
  );
}

function find(name: string, base: string): string | undefined {
  try {
    const file = findPackageJSON(name, base);
    return file && realpathSync(file);
  } catch {
    // It is not installed where that one looks for it.
    return undefined;
  }
}

function versionOf(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
