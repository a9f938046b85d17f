import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fencedBlocks, inlineCode, readPages, root } from './pages.ts';

const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const folders = ['bench', 'bin', 'dev', 'docs', 'examples', 'schemas', 'src', 'test'];
const own = new RegExp(`^(?:${folders.join('|')})/[\\w./*{}-]+$`);

/** What a command of the shell names that is to be in the repository, and is not. */
function problemsWithShell(shell: string): readonly string[] {
  const run = [...shell.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name);
  const words = shell.split(/[\s'"=]+/).filter((word) => own.test(word));
  // What `holdfast init` makes is the reader's own.
  const outside = [...shell.matchAll(/(?<!holdfast init |cd )(?<=^|\s)\.\.\/\S+/g)].map(
    ([file]) => file,
  );
  return [
    ...run.filter((name) => !Object.hasOwn(scripts, name)).map((name) => `npm run ${name}`),
    ...words.filter((word) => !isThere(word)),
    ...outside,
  ];
}

/** A path may be a pattern, and the file a filter of tests names only begins with it. */
function isThere(file: string): boolean {
  if (existsSync(path.join(root, file))) return true;
  return globSync([file, `${file}*`], { cwd: root }).length > 0;
}

describe('what the pages name is in the repository', () => {
  for (const { path: file, text } of readPages()) {
    test(file, () => {
      const named = inlineCode(text).filter((code) => own.test(code));
      const shells = [...fencedBlocks(text, 'sh'), ...inlineCode(text).filter(isCommand)];
      assert.deepEqual(
        [...named.filter((name) => !isThere(name)), ...shells.flatMap(problemsWithShell)],
        [],
      );
    });
  }

  test('what is not there is found', () => {
    assert.deepEqual(
      problemsWithShell('npm run nothing -- --file ../data/a.csv\nnode dev/nothing.ts src/app.ts'),
      ['nothing', 'dev/nothing.ts', '../data/a.csv'].map((name, index) =>
        index === 0 ? `npm run ${name}` : name,
      ),
    );
  });
});

test('`npx holdfast` is said only where it was installed before', () => {
  // The name is not ours on npm: elsewhere npx would run a stranger's package.
  const wrong = readPages().filter(({ text }) => {
    const at = text.indexOf('npx holdfast');
    return at !== -1 && !/checkout|has (?:it|Holdfast) installed/i.test(text.slice(0, at));
  });
  assert.deepEqual(
    wrong.map(({ path: file }) => file),
    [],
  );
});

test('no page installs the package of that name, which is not ours', () => {
  const wrong = readPages().filter(({ text }) =>
    /npm (?:install|i|add) (?:-\S+ )*holdfast(?![\w./-])/.test(text),
  );
  assert.deepEqual(
    wrong.map(({ path: file }) => file),
    [],
  );
});

function isCommand(code: string): boolean {
  return /^(?:npm|node) /.test(code);
}
