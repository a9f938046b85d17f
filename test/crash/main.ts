// npm run test:crash -- [--only "SQLite, worker killed"] [--runs 3]
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { listenForStop, Stopped, unlessStopped } from '../../dev/demo/stop-signal.ts';
import { cellsOf, stores, strikes } from './cells.ts';
import { crashMatrixDocument } from './document.ts';
import { countRuns, isRight, matrixText } from './report.ts';
import { type CellResult, runGroup } from './run-group.ts';
import { startStage } from './stage.ts';

const documentFile = path.join(import.meta.dirname, '../../docs/crash-matrix.md');

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    runs: { type: 'string', default: '1' },
  },
});
const wantedRuns = Number(values.runs);
if (!Number.isInteger(wantedRuns) || wantedRuns < 1) {
  throw new Error(`--runs is "${values.runs}", and must be a whole number from 1`);
}
const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1000).toFixed(0);

/** Runs all groups, or those whose name holds `only`, one after the other. */
async function runMatrix(only: string, signal: AbortSignal): Promise<CellResult[]> {
  await using cleanups = new AsyncDisposableStack();
  const stage = await startStage(cleanups);
  const results: CellResult[] = [];
  for (const store of stores) {
    for (const strike of strikes) {
      const cells = cellsOf(store, strike);
      if (cells.length === 0 || !`${store}, ${strike}`.includes(only)) continue;
      const startedMs = performance.now();
      const group = await unlessStopped(signal, runGroup(stage, store, strike, cells));
      results.push(...group);
      const right = group.filter(isRight).length;
      console.log(
        `${store}, ${strike}: ${right} of ${group.length} cells right, ${seconds(startedMs)} s`,
      );
    }
  }
  return results;
}

const signal = listenForStop(() => console.error('Stopping; again to stop at once.'));
const runs: CellResult[][] = [];
try {
  while (runs.length < wantedRuns) {
    const startedMs = performance.now();
    const results = await runMatrix(values.only, signal);
    runs.push(results);
    const right = results.filter(isRight).length;
    console.log(
      `run ${runs.length} of ${wantedRuns}: ${right} of ${results.length} cells right, ${seconds(startedMs)} s`,
    );
  }
  console.log(matrixText(runs.flat()));
  const { made, right } = countRuns(runs);
  console.log(`every cell right in ${right} of ${made} runs`);
  if (values.only === '') await writeFile(documentFile, crashMatrixDocument(runs));
  process.exitCode = runs.flat().length > 0 && right === made ? 0 : 1;
} catch (error) {
  if (!(error instanceof Stopped)) throw error;
  // What stands still in a group that was given up would keep this process alive.
  process.exit(error.exitCode);
}
