import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { installPackage } from '../install-package.ts';
import { readBatchResults } from './results.ts';
import { peersTable, sizesTable } from './table.ts';

const page = path.join(import.meta.dirname, '../../docs/batch.md');
const between = (name: string) =>
  new RegExp(`(?<=<!-- ${name} -->\\n)[\\s\\S]*(?=<!-- end of ${name} -->)`);

/** Puts the kept results into `docs/batch.md`, and draws `docs/batch.svg`. */
export async function publish(): Promise<void> {
  const { sizes, compared } = readBatchResults();
  let text = readFileSync(page, 'utf8').replace(between('figures'), `${sizesTable(sizes)}\n`);
  if (compared) {
    const { day, cores, node } = compared;
    const when = `Measured on ${day}, ${cores} cores, Node ${node}.`;
    text = text.replace(between('peers'), `${when}\n\n${peersTable(compared)}\n`);
  }
  writeFileSync(page, text);
  await installPackage('bench/chart');
  const draw = path.join(import.meta.dirname, '../chart/draw.ts');
  await execa('node', [draw, 'batch'], { stdio: 'inherit' });
}
