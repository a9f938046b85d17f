// npm test [-- <filter> ...]: the test files whose path contains one of the filters, or all.
import { globSync } from 'node:fs';
import path from 'node:path';
import { testFiles } from './test-files.ts';

/** What takes longest, and often waits for servers; the rest, a second each, fills the gaps. */
const startedFirst = [
  'test/gateway/gateway-process.test.ts',
  'test/crash/',
  'test/batch/',
  'test/durable/journal.test.ts',
  'test/dev/demo/',
  'test/cli/',
  'test/durable/',
  'test/workflows/',
  'test/dev/',
  'test/client/',
  'test/effects/',
];

const filters = process.argv.slice(2);
const files = globSync('test/**/*.test.ts', {
  cwd: path.dirname(import.meta.dirname),
  // Those have a command of their own.
  exclude: ['test/package/**'],
})
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
process.exitCode = await testFiles(files, async () => {
  if (files.length === 0) throw new Error(`No test file matches ${filters.join(' ')}.`);
});

function rank(file: string): number {
  const place = startedFirst.findIndex((start) => file.startsWith(start));
  return place === -1 ? startedFirst.length : place;
}
