import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPage } from '../docs/pages.ts';
import { cellsOf, stores, strikes } from './cells.ts';
import { crashMatrixDocument } from './document.ts';
import { expectedOutcomes } from './expected.ts';
import { matrixText } from './report.ts';
import type { CellResult } from './run-group.ts';

function ticketThatCameTo(outcome: string): CellResult {
  return {
    strike: 'worker paused',
    point: 'after the request was sent',
    effect: 'ticket',
    store: 'SQLite',
    outcome,
  };
}

const rowOf = (page: string) => page.split('\n').find((line) => /^\| after the request/.test(line));

test('several runs: how many there were, and all that a cell came to', () => {
  const page = crashMatrixDocument([
    [ticketThatCameTo('1, twin closed')],
    [ticketThatCameTo('1')],
    [ticketThatCameTo('1')],
  ]);
  assert.match(page, / 1 cells, each a real workflow /);
  assert.match(page, /^Run 3 times in a row; every cell came out right each time\./m);
  assert.equal(
    rowOf(page),
    '| after the request was sent | – | – | – | – | – | – | 1 or 1, twin closed | – | – | – |',
  );
});

test('a run with a wrong cell is not counted, and the cell is named', () => {
  const runs = [[ticketThatCameTo('1')], [ticketThatCameTo('2')], [ticketThatCameTo('1')]];
  const page = crashMatrixDocument(runs);
  assert.match(page, /^\*\*Of 3 runs in a row every cell came out right in 2 only\*\*/m);
  assert.match(rowOf(page) ?? '', / 1 or WRONG: 2, not 1 or 1, twin closed /);
  assert.match(matrixText(runs.flat()), /WRONG: 2/);
});

test('one run is not called several', () => {
  assert.match(
    crashMatrixDocument([[ticketThatCameTo('1')]]),
    /^Run once; every cell came out right\.$/m,
  );
});

test('the committed page has every cell, none of them wrong, and the words of today', () => {
  const committed = readPage('docs/crash-matrix.md');
  const ideal = stores
    .flatMap((store) => strikes.flatMap((strike) => cellsOf(store, strike)))
    .map((cell) => ({ ...cell, outcome: expectedOutcomes(cell)[0] ?? '' }));
  // All but what the runs came to: the sentence about them, and the cells of a table's row.
  const frame = (page: string) =>
    page
      .split('\n')
      .filter((line) => !/^(Run |\*\*Of )/.test(line))
      .map((line) => line.replace(/^(\| [a-z][^|]*\|).*/, '$1'));
  assert.deepEqual(frame(committed), frame(crashMatrixDocument([ideal])));
  assert.doesNotMatch(committed, /WRONG|\*\*Of /);
});
