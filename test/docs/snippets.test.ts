import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fencedBlocks, readPage, readPages, root } from './pages.ts';

/** Files that are compiled, and run by other tests. */
const compiled = globSync('{examples,test,src,bench}/**/*.ts', {
  cwd: root,
  exclude: ['**/node_modules/**', 'test/docs/**'],
});
const lineOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n');
let compiledText: string | undefined;

/** All that is compiled, each line without its indentation. */
function everything(): string {
  compiledText ??= compiled.map((file) => lineOf(asInstalled(readPage(file)))).join('\n\n');
  return compiledText;
}

/** An example as its reader has it: Holdfast is installed there. */
function asInstalled(text: string): string {
  return text.replace(/'(?:\.\.\/)+src\/(\w+)\.ts'/g, (_, door) =>
    door === 'app' ? "'holdfast'" : `'holdfast/${door}'`,
  );
}

/** What is wrong with a snippet, or `undefined`. One that names its file is all of it. */
function problemWith(code: string): string | undefined {
  const [, file] = /^\/\/ (\S+\/\S+\.ts)\n/.exec(code) ?? [];
  if (file !== undefined) {
    const actual = asInstalled(readFileSync(path.join(root, file), 'utf8'));
    return code === `// ${file}\n${actual}` ? undefined : `it is not ${file}`;
  }
  return everything().includes(lineOf(code)) ? undefined : `no file has it:\n${code}`;
}

/** What is shown as a whole file, which its first line names. */
const kinds = ['dockerfile', 'ini', 'yaml'];

test('a file that is shown is the file', () => {
  const shown = readPages().flatMap(({ text }) =>
    kinds.flatMap((language) => fencedBlocks(text, language)),
  );
  assert.equal(shown.length, 4);
  for (const content of shown) {
    const [, file = ''] = /^# (\S+)\n/.exec(content) ?? [];
    assert.equal(content, readPage(file));
  }
});

test('whatever stands between fences is of a kind that is checked', () => {
  const others = readPages().flatMap(({ path: page, text }) =>
    [...text.matchAll(/^ *```(\w+)$/gm)]
      .filter(([, language = '']) => ![...kinds, 'ts', 'sh', 'json', 'text'].includes(language))
      .map(([line]) => `${page}: ${line}`),
  );
  assert.deepEqual(others, []);
});

test('all JSON is JSON', () => {
  for (const { path: page, text } of readPages()) {
    for (const json of fencedBlocks(text, 'json')) {
      assert.doesNotThrow(() => JSON.parse(json), `${page}: ${json}`);
    }
  }
});

describe('every snippet is of a file that is compiled', () => {
  for (const { path: page, text } of readPages()) {
    // Generated from the code itself.
    if (page.startsWith('docs/reference/')) continue;
    // Those of a whole project are installed and run: see examples.test.ts and test/package.
    const snippets = fencedBlocks(text, 'ts').filter(
      (code) => !/^\/\/ \w+(\.test)?\.ts\n/.test(code),
    );
    if (snippets.length === 0) continue;
    test(page, () => {
      assert.deepEqual(snippets.map(problemWith).filter(Boolean), []);
    });
  }

  test('one that is of no file is found', () => {
    assert.equal(problemWith('const notThere = 1;\n'), 'no file has it:\nconst notThere = 1;\n');
  });
});
