import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { installPackage } from '../install-package.ts';
import { readResults } from './results.ts';
import { tableOf } from './table.ts';

const root = path.join(import.meta.dirname, '../..');
const pages = ['README.md', 'docs/storm.md'];
const between = /(?<=<!-- results -->\n)[\s\S]*(?=<!-- end of results -->)/;

/** Puts the kept results into the pages that show them, and draws `docs/storm.svg`. */
export async function publish(): Promise<void> {
  const { outcomes = [] } = readResults() ?? {};
  for (const name of pages) {
    const page = path.join(root, name);
    writeFileSync(page, readFileSync(page, 'utf8').replace(between, `${tableOf(outcomes)}\n`));
  }
  await installPackage('bench/chart');
  await execa('node', [path.join(import.meta.dirname, '../chart/draw.ts'), 'storm'], {
    stdio: 'inherit',
  });
}
