import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { execa } from 'execa';

const script = path.join(import.meta.dirname, '../../.ci/run');

/** What the four commands say and end with, in place of npm's doing it. */
interface Commands {
  readonly check: string;
  readonly tests: string;
  readonly peers: string;
  readonly installed: string;
}

const right: Commands = {
  check: 'echo ok',
  tests: 'echo "700 passed, 0 failed"',
  peers: 'echo "6 passed, 0 failed"',
  installed: 'echo "0 passed, 0 failed"',
};

/** Runs .ci/run with another npm. */
async function runCi(t: TestContext, { check, tests, peers, installed }: Commands) {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const npm = path.join(folder, 'npm');
  writeFileSync(
    npm,
    `#!/bin/sh
case "$*" in
  'run check') ${check} ;;
  test) ${tests} ;;
  'run test:peers') ${peers} ;;
  'run test:package') ${installed} ;;
  *) echo "unexpected: npm $*"; exit 9 ;;
esac
`,
  );
  chmodSync(npm, 0o755);
  const { stdout, exitCode } = await execa(script, {
    env: { PATH: `${folder}${path.delimiter}${process.env.PATH}` },
    reject: false,
  });
  const lines = stdout.split('\n');
  return { lines, last: lines.at(-1), exitCode };
}

const rows: readonly (readonly [
  name: string,
  difference: Partial<Commands>,
  last: string,
  exitCode: number,
])[] = [
  ['all is well: the counts of both are added', {}, '706 passed, 0 failed', 0],
  ['a failed check is one failure', { check: 'exit 1' }, '706 passed, 1 failed', 1],
  [
    'failures of both are added',
    {
      tests: 'echo "698 passed, 2 failed"; exit 1',
      peers: 'echo "5 passed, 1 failed"; exit 1',
    },
    '703 passed, 3 failed',
    1,
  ],
  [
    'tests that end without their line are one failure, and the others still run',
    { tests: 'echo "no such program"; exit 127' },
    '6 passed, 1 failed',
    1,
  ],
  [
    'counts without a failure do not outweigh an exit code',
    { peers: 'echo "6 passed, 0 failed"; exit 1' },
    '706 passed, 1 failed',
    1,
  ],
  [
    'a line in the middle does not count',
    { tests: 'echo "9 passed, 9 failed"; echo "700 passed, 0 failed"' },
    '706 passed, 0 failed',
    0,
  ],
];

for (const [name, difference, last, exitCode] of rows) {
  test(name, async (t) => {
    const run = await runCi(t, { ...right, ...difference });
    assert.deepEqual([run.last, run.exitCode], [last, exitCode]);
    assert.deepEqual(
      run.lines.filter((line) => line.startsWith('unexpected')),
      [],
    );
  });
}
