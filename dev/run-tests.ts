// npm test [-- <filter> ...]: the test files whose path contains one of the filters, or all.
import { globSync } from 'node:fs';
import path from 'node:path';
import { testFiles } from './test-files.ts';

const filters = process.argv.slice(2);
const files = globSync('test/**/*.test.ts', { cwd: path.dirname(import.meta.dirname) })
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();
process.exitCode = await testFiles(files, async () => {
  if (files.length === 0) throw new Error(`No test file matches ${filters.join(' ')}.`);
});
