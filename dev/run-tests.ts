// npm test [-- <filter> ...]: the test files whose path contains one of the filters, or all.
import { allTestFiles, isSmall } from './small-tests.ts';
import { testFiles } from './test-files.ts';

/** What takes longest, and often waits for servers; the rest, a second each, fills the gaps. */
const startedFirst = [
  'test/gateway/gateway-process.test.ts',
  'test/crash/',
  'test/batch/',
  'test/worker/',
  'test/testing/',
  'test/durable/journal.test.ts',
  'test/durable/history-limits.test.ts',
  'test/dev/demo/',
  'test/chaos/',
  'test/app/',
  'test/cli/',
  'test/examples/',
  'test/gateway/hostile-clients.test.ts',
  'dev/together.ts',
  'test/durable/',
  'test/workflows/',
  'test/orders/',
  'test/dev/',
  'test/client/',
  'test/effects/',
];

const filters = process.argv.slice(2);
const files = allTestFiles().filter(
  (file) => filters.length === 0 || filters.some((filter) => file.includes(filter)),
);
const together = files.filter(isSmall).sort();
process.env.TEST_FILES_TOGETHER = JSON.stringify(together);
const processes = [
  ...files.filter((file) => !isSmall(file)),
  ...(together.length > 0 ? ['dev/together.ts'] : []),
].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
process.exitCode = await testFiles(processes, async () => {
  if (files.length === 0) throw new Error(`No test file matches ${filters.join(' ')}.`);
});

function rank(file: string): number {
  const place = startedFirst.findIndex((start) => file.startsWith(start));
  return place === -1 ? startedFirst.length : place;
}
