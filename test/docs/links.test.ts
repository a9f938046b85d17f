import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { anchorsOf, readPages, relativeLinks, root } from './pages.ts';

const pages = readPages();
const anchors = new Map(pages.map(({ path: file, text }) => [file, anchorsOf(text)]));

/** What is wrong with a link, or `undefined`. */
function problemWith(link: string, from: string): string | undefined {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : path.join(path.dirname(from), file);
  if (!existsSync(path.join(root, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined || anchors.get(target)?.includes(anchor)) return undefined;
  return `${link}: ${target} has no heading #${anchor}`;
}

describe('links lead somewhere', () => {
  for (const { path: file, text } of pages) {
    test(file, () => {
      const problems = relativeLinks(text).map((link) => problemWith(link, file));
      assert.deepEqual(
        problems.filter((problem) => problem !== undefined),
        [],
      );
    });
  }

  test('a link that leads nowhere is found, and so is an anchor', () => {
    assert.equal(
      problemWith('no-page.md', 'docs/storm.md'),
      'no-page.md: there is no docs/no-page.md',
    );
    assert.equal(
      problemWith('storm.md#nowhere', 'docs/retries.md'),
      'storm.md#nowhere: docs/storm.md has no heading #nowhere',
    );
    assert.equal(problemWith('storm.md#run-it', 'docs/retries.md'), undefined);
  });
});

test('every page is linked from the README or from another page', () => {
  const linked = new Set(
    pages.flatMap(({ path: from, text }) =>
      relativeLinks(text).map((link) => path.join(path.dirname(from), link.split('#')[0] ?? '')),
    ),
  );
  const unlinked = pages
    .map(({ path: file }) => file)
    .filter((file) => file !== 'README.md' && !linked.has(file) && !linked.has(path.dirname(file)));
  assert.deepEqual(unlinked, []);
});

test('the pages that code speaks of exist', () => {
  const files = globSync('{src,dev,bench,test}/**/*.{ts,mjs}', {
    cwd: root,
    exclude: ['**/node_modules/**', 'test/docs/**'],
  });
  const missing = files.flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const named = [...text.matchAll(/\bdocs\/(?:[\w-]+\.(?:md|svg|png)|decisions\/\d{4})/g)];
    return named
      .map(([mention]) => mention)
      .filter((mention) => globSync(`${mention}*`, { cwd: root }).length === 0)
      .map((mention) => `${file} speaks of ${mention}`);
  });
  assert.deepEqual(missing, []);
});

test('decisions are numbered without gaps, as their headings say', () => {
  const decisions = pages.filter(({ path: file }) => file.startsWith('docs/decisions/'));
  assert.deepEqual(
    decisions.map(({ path: file }) => Number(path.basename(file).slice(0, 4))),
    decisions.map((_, index) => index + 1),
  );
  assert.deepEqual(
    decisions.map(({ text }) => Number(/^# (\d+)\. /.exec(text)?.[1])),
    decisions.map((_, index) => index + 1),
  );
});
