// npm test [-- <filter> ...]: the test files whose path contains one of the filters, or all.
import { testFiles } from './test-files.ts';
import { allTestFiles, groupOf } from './test-groups.ts';
import { filesVariable } from './together/import-files.ts';

/** What takes longest, and often waits for servers; the rest, a second each, fills the gaps. */
const startedFirst = [
  'dev/together/calls.ts',
  'dev/together/orders.ts',
  'dev/together/parks.ts',
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
  'dev/together/small.ts',
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
const { alone = [], ...together } = Object.groupBy(
  files.toSorted(),
  (file) => groupOf(file) ?? 'alone',
);
process.env[filesVariable] = JSON.stringify(together);
const processes = [
  ...alone,
  ...Object.keys(together).map((group) => `dev/together/${group}.ts`),
].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
process.exitCode = await testFiles(processes, async () => {
  if (files.length === 0) throw new Error(`No test file matches ${filters.join(' ')}.`);
});

function rank(file: string): number {
  const place = startedFirst.findIndex((start) => file.startsWith(start));
  return place === -1 ? startedFirst.length : place;
}
