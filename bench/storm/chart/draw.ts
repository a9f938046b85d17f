import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { readResults } from '../results.ts';
import { chartOf, ink } from './chart-of.ts';

/** Draws `results.json` as `docs/storm.svg`. */
const results = readResults();
if (!results) throw new Error('There are no results yet: npm run bench:storm');
const { spec } = compile(chartOf(results));
const svg = await new View(parse(spec), { renderer: 'none' }).toSVG();

// One file for light and dark pages: text and axes take their colour from the reader's scheme.
const style = `<style>
[fill="${ink}"] { fill: #24292f } [stroke="${ink}"] { stroke: #24292f }
@media (prefers-color-scheme: dark) {
  [fill="${ink}"] { fill: #e6edf3 } [stroke="${ink}"] { stroke: #e6edf3 }
}
</style>`;
const file = path.join(import.meta.dirname, '../../../docs/storm.svg');
writeFileSync(file, `${svg.replace(/(<svg[^>]*>)/, `$1${style}`)}\n`);
