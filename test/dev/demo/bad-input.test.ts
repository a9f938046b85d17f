import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { runDemo } from './run-demo.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
after(() => rmSync(folder, { recursive: true }));

function csv(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

const good = csv('good.csv', 'text,category\nwhere is my card,card_arrival\n');

const rows: readonly [args: string[], says: RegExp][] = [
  [
    ['--messages', path.join(folder, 'none.csv')],
    /none\.csv cannot be read: there is no such file/,
  ],
  [['--messages', folder], /cannot be read: EISDIR/],
  [
    ['--messages', csv('columns.csv', 'text,label\na,b\n')],
    /needs a column "category"; the file has the columns text, label/,
  ],
  [['--messages', csv('empty.csv', '')], /needs a column "text"; the file is empty/],
  [['--messages', csv('header.csv', 'text,category\n')], /holds no message below its header/],
  [['--messages', csv('quote.csv', 'text,category\n"a,b\n')], /is not CSV: /],
  [
    ['--messages', good, '--limit', 'ten'],
    /--limit .*'ten' is invalid\. It must be a whole number/,
  ],
  [['--messages', good, '--limit', '0'], /'0' is invalid\. It must be a whole number from 1/],
  [['--messages', good, '--model', 'gpt-4o-mini'], /must be written provider:model/],
  [['--messages', good, '--model', 'nobody:gpt'], /there is no provider nobody/],
  [['--limit', '5'], /--limit and --model go with --messages/],
  [['--message', good], /unknown option '--message'/],
  [['orders'], /too many arguments/],
];

describe('npm start with bad input: one sentence, exit code 2, nothing started', () => {
  for (const [args, says] of rows) {
    it(args.join(' ').replaceAll(folder, '.'), async () => {
      const { exitCode, stdout, stderr } = await runDemo(args);
      assert.match(stderr, says);
      assert.match(stderr, /^npm start: /);
      assert.equal(stderr.split('\n').length, 1);
      assert.equal(stdout, '');
      assert.equal(exitCode, 2);
    });
  }
});

it('npm start --help says what it does and how it ends', async () => {
  const { exitCode, stdout } = await runDemo(['--help']);
  assert.match(stdout, /Usage: npm start -- \[options\]/);
  assert.match(stdout, /--messages <file>/);
  assert.match(stdout, /Exit codes:/);
  assert.equal(exitCode, 0);
});
