// node draw.ts storm|batch
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { readBatchResults } from '../batch/results.ts';
import { readResults } from '../storm/results.ts';
import { batchChart } from './batch-chart.ts';
import { ink } from './look.ts';
import { stormChart } from './storm-chart.ts';

const charts: Readonly<Record<string, () => TopLevelSpec>> = {
  storm() {
    const results = readResults();
    if (!results) throw new Error('There are no results yet: npm run bench:storm');
    return stormChart(results);
  },
  batch: () => batchChart(readBatchResults().sizes),
};

/** Draws the kept results of a benchmark as `docs/<name>.svg`. */
const [name = ''] = process.argv.slice(2);
const chart = charts[name];
if (!chart) throw new Error(`There is no chart ${name}, only ${Object.keys(charts).join(', ')}.`);
const svg = await new View(parse(compile(chart()).spec), { renderer: 'none' }).toSVG();

// One file for light and dark pages: text and axes take their colour from the reader's scheme.
const style = `<style>
[fill="${ink}"] { fill: #24292f } [stroke="${ink}"] { stroke: #24292f }
@media (prefers-color-scheme: dark) {
  [fill="${ink}"] { fill: #e6edf3 } [stroke="${ink}"] { stroke: #e6edf3 }
}
</style>`;
const file = path.join(import.meta.dirname, '../../docs', `${name}.svg`);
writeFileSync(file, `${svg.replace(/(<svg[^>]*>)/, `$1${style}`)}\n`);
