import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { allTestFiles, groupOf } from '../../dev/test-groups.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** What would reach the tests of other files in the same process. */
const reaches: readonly RegExp[] = [
  // A hook outside of a describe is one of all tests; only what ends something at the end is not.
  /^(before|beforeEach|afterEach)\(/m,
  /process\.(chdir|on|once|exitCode)\b/,
  /process\.env(\.\w+|\[[^\]]*\])?\s*=[^=]|delete process\.env|assign\(process\.env/,
  /mock\.(module|timers)/,
  /setGlobalDispatcher|Runtime\.install/,
];

test('test files that share a process leave it as it is', () => {
  const files = allTestFiles().filter(groupOf);
  assert.ok(files.length > 80, `${files.length} files`);
  const unfit = files.filter((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return reaches.some((pattern) => pattern.test(text));
  });
  assert.deepEqual(unfit, []);
});
