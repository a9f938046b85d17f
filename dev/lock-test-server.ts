// node dev/lock-test-server.ts: after a new version in src/servers/test-server.ts.
import { globSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { copyDependencies } from '../src/servers/copy-dependencies.ts';
import { sha256Of } from '../src/servers/jars.ts';
import { startProgress } from '../src/servers/progress.mjs';
import { testServerRoots } from '../src/servers/test-server.ts';

const lockFile = path.join(import.meta.dirname, '../src/servers/test-server-jars.json');

/**
 * Writes down the jars that Maven resolves for the time-skipping test server, with their hashes:
 * what a machine without Maven fetches, and what every machine checks.
 */
async function lockTestServer(): Promise<void> {
  using folder = mkdtempDisposableSync(path.join(tmpdir(), 'holdfast-jars-'));
  const progress = startProgress('resolving the jars with Maven');
  const fix = 'Install Maven with a reachable repository.';
  await copyDependencies(
    { roots: testServerRoots, folder: folder.path, inRepositoryLayout: true, fix },
    progress,
  );
  const lib = path.join(folder.path, 'lib');
  const jars = globSync('**/*.jar', { cwd: lib })
    .map((file) => [coordinatesOf(file), sha256Of(readFileSync(path.join(lib, file)))] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(lockFile, `${JSON.stringify(Object.fromEntries(jars), undefined, 2)}\n`);
  progress.done();
  console.log(`wrote ${jars.length} jars to ${path.relative(process.cwd(), lockFile)}`);
}

/** `io/temporal/x/1.0/x-1.0.jar` is `io.temporal:x:1.0`. */
function coordinatesOf(file: string): string {
  const [version = '', artifact = '', ...group] = path.dirname(file).split(path.sep).reverse();
  if (path.basename(file) !== `${artifact}-${version}.jar`) {
    throw new Error(`${file} has a classifier, which the lock has no place for`);
  }
  return `${group.reverse().join('.')}:${artifact}:${version}`;
}

await lockTestServer();
