import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { installPackage } from '../install-package.ts';
import { readRows } from './results.ts';
import { tableOf } from './table.ts';

const page = path.join(import.meta.dirname, '../../docs/batch.md');
const between = /(?<=<!-- figures -->\n)[\s\S]*(?=<!-- end of figures -->)/;

/** Puts the kept results into `docs/batch.md`, and draws `docs/batch.svg`. */
export async function publish(): Promise<void> {
  const text = readFileSync(page, 'utf8').replace(between, `${tableOf(readRows())}\n`);
  writeFileSync(page, text);
  await installPackage('bench/chart');
  const draw = path.join(import.meta.dirname, '../chart/draw.ts');
  await execa('node', [draw, 'batch'], { stdio: 'inherit' });
}
