import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './processes.ts';
import { readResults } from './results.ts';
import { tables } from './table.ts';

const page = path.join(root, 'docs/gateway.md');
const between = /(?<=<!-- figures -->\n)[\s\S]*(?=<!-- end of figures -->)/;

/** Puts the kept results into `docs/gateway.md`. */
export function publish(): void {
  const results = readResults();
  if (!results) throw new Error('There are no results yet: npm run bench:gateway');
  const { day, cores, node } = results;
  const when = `Measured on ${day}, ${cores} cores, Node ${node}.`;
  const text = readFileSync(page, 'utf8').replace(between, `${when}\n\n${tables(results)}\n`);
  writeFileSync(page, text);
}
