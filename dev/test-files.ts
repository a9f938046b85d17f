import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { watchForLeftovers } from './leftovers.ts';
import { ensureTemporalServers } from './servers/index.ts';

// Files run beside each other in processes of their own. They often wait for servers: on 2 cores
// five left a fifth of the time unused.
const CONCURRENT_FILES = 6;
// A test that takes longer hangs.
const TEST_TIMEOUT_MS = 120_000;
// Of a whole file: see test-deadline.ts.
const FILE_DEADLINE_MS = 180_000;

const root = path.dirname(import.meta.dirname);

/**
 * Runs test files (paths relative to the project), reports on stdout, and ends with the line
 * "N passed, N failed", which .ci/run adds up. Resolves to the exit code.
 *
 * @param prepare what they need besides the Temporal servers; when it fails, no test runs.
 * @param deadlineFactor how many times longer than usual they may take.
 */
export async function testFiles(
  files: readonly string[],
  prepare: () => Promise<void> = async () => {},
  deadlineFactor = 1,
): Promise<number> {
  try {
    await prepare();
    await ensureTemporalServers();
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    return finish(0, 1);
  }

  const findLeftovers = watchForLeftovers();
  const { passed, failed, skipped } = await report(files, deadlineFactor);
  if (skipped > 0) console.log(`${skipped} skipped or to do`);
  if (passed + failed === 0) console.log('No test ran.');
  const leftovers = await findLeftovers();
  if (leftovers === undefined) console.log('Leftover processes are looked for on Linux only.');
  for (const { pid, command } of leftovers ?? []) {
    console.log(`Left running by a test, ended now: ${pid} ${command}`);
    process.kill(pid, 'SIGKILL');
  }
  const problems = failed + (leftovers?.length ?? 0);
  return finish(passed, passed + problems === 0 ? 1 : problems);
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

async function report(files: readonly string[], deadlineFactor: number): Promise<Counts> {
  process.env.TEST_FILE_DEADLINE_MS = `${FILE_DEADLINE_MS * deadlineFactor}`;
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const events = run({
    cwd: root,
    files: files.map((file) => path.join(root, file)),
    concurrency: CONCURRENT_FILES,
    timeout: TEST_TIMEOUT_MS * deadlineFactor,
    execArgv: ['--import', path.join(import.meta.dirname, 'test-deadline.ts')],
  });
  events.on('test:summary', ({ file, counts: total }) => {
    // One summary per file, then one of all, which has no file.
    if (file !== undefined) return;
    counts.passed = total.passed;
    counts.skipped = total.skipped + total.todo;
    // Failed, or cancelled by a timeout.
    counts.failed = total.tests - counts.passed - counts.skipped;
  });
  for await (const text of events.compose(spec)) process.stdout.write(text);
  return counts;
}

function finish(passed: number, failed: number): number {
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
