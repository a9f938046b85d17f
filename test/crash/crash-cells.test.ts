import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cellsOf, type Point, type Store, type Strike } from './cells.ts';
import { type Ground, runCells, startGround } from './run-group.ts';
import { type Stage, startStage } from './stage.ts';

// A small part of the matrix; all of it is `npm run test:crash`.

const cleanups = new AsyncDisposableStack();
let stage: Stage;
before(async () => {
  stage = await startStage(cleanups);
});
after(() => cleanups.disposeAsync());

async function outcomes(ground: Ground, store: Store, strike: Strike, point: Point) {
  const cells = cellsOf(store, strike).filter((cell) => cell.point === point);
  const results = await runCells(ground, strike, cells);
  return Object.fromEntries(results.map(({ effect, outcome }) => [effect, outcome]));
}

const onceElsewhere = { save: '1', charge: '1', email: '1', ticket: '1' };

test('on SQLite', async (t) => {
  await using ofStore = new AsyncDisposableStack();
  const ground = await startGround(ofStore, stage, 'SQLite', 'Temporal killed');

  await t.test('a Temporal server that is killed before it learns of the completion', async () => {
    const point = 'before the activity completion';
    assert.deepEqual(await outcomes(ground, 'SQLite', 'Temporal killed', point), {
      ...onceElsewhere,
      webhook: '1',
    });
  });

  await t.test('a worker that is killed after the target did it', async () => {
    const point = 'after the target did it';
    assert.deepEqual(await outcomes(ground, 'SQLite', 'worker killed', point), {
      ...onceElsewhere,
      webhook: 'unknown, 1',
    });
  });
});

test('PostgreSQL that is killed before what was done is recorded', async () => {
  await using ofStore = new AsyncDisposableStack();
  const strike = 'PostgreSQL killed';
  const ground = await startGround(ofStore, stage, 'PostgreSQL', strike);
  assert.deepEqual(await outcomes(ground, 'PostgreSQL', strike, 'after the target did it'), {
    ...onceElsewhere,
    webhook: 'unknown, 1',
  });
});
