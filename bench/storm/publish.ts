import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { installPackage } from '../install-package.ts';
import { readResults } from './results.ts';
import { tableOf } from './table.ts';

const root = path.join(import.meta.dirname, '../..');
/** Of those with few calls, whose titles stand out, the README has the two that stand beside the peers. */
const pages = {
  'README.md': (title: string) => /^([^*]|\*One call alone|\*Ten calls:)/.test(title),
  'docs/storm.md': () => true,
};
const between = /(?<=<!-- results -->\n)[\s\S]*(?=<!-- end of results -->)/;

/** Puts the kept results into the pages that show them, and draws `docs/storm.svg`. */
export async function publish(): Promise<void> {
  const { outcomes = [] } = readResults() ?? {};
  for (const [name, isShown] of Object.entries(pages)) {
    const page = path.join(root, name);
    const table = tableOf(outcomes.filter(({ title }) => isShown(title)));
    writeFileSync(page, readFileSync(page, 'utf8').replace(between, `${table}\n`));
  }
  await installPackage('bench/chart');
  await execa('node', [path.join(import.meta.dirname, '../chart/draw.ts'), 'storm'], {
    stdio: 'inherit',
  });
}
