import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { installPackage } from '../install-package.ts';
import { readResults } from './results.ts';
import { tableOf } from './table.ts';

const docs = path.join(import.meta.dirname, '../../docs');
const between = /(?<=<!-- results -->\n)[\s\S]*(?=<!-- end of results -->)/;

/** Puts the kept results into `docs/storm.md` and draws `docs/storm.svg`. */
export async function publish(): Promise<void> {
  const { outcomes = [] } = readResults() ?? {};
  const page = path.join(docs, 'storm.md');
  writeFileSync(page, readFileSync(page, 'utf8').replace(between, `${tableOf(outcomes)}\n`));
  await installPackage('bench/storm/chart');
  await execa('node', [path.join(import.meta.dirname, 'chart/draw.ts')], { stdio: 'inherit' });
}
