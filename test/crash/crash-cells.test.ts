import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cellsOf, type Point, type Store, type Strike } from './cells.ts';
import { runGroup } from './run-group.ts';
import { type Stage, startStage } from './stage.ts';

// A small part of the matrix; all of it is `npm run test:crash`.

const cleanups = new AsyncDisposableStack();
let stage: Stage;
before(async () => {
  stage = await startStage(cleanups);
});
after(() => cleanups.disposeAsync());

async function outcomes(store: Store, strike: Strike, point: Point): Promise<object> {
  const cells = cellsOf(store, strike).filter((cell) => cell.point === point);
  const results = await runGroup(stage, store, strike, cells);
  return Object.fromEntries(results.map(({ effect, outcome }) => [effect, outcome]));
}

const onceElsewhere = { save: '1', charge: '1', email: '1', ticket: '1' };

test('a worker that is killed after the target did it', async () => {
  assert.deepEqual(await outcomes('SQLite', 'worker killed', 'after the target did it'), {
    ...onceElsewhere,
    webhook: 'unknown, 1',
  });
});

test('PostgreSQL that is killed before what was done is recorded', async () => {
  assert.deepEqual(await outcomes('PostgreSQL', 'PostgreSQL killed', 'after the target did it'), {
    ...onceElsewhere,
    webhook: 'unknown, 1',
  });
});

test('a Temporal server that is killed before it learns of the completion', async () => {
  const point = 'before the activity completion';
  assert.deepEqual(await outcomes('SQLite', 'Temporal killed', point), {
    ...onceElsewhere,
    webhook: '1',
  });
});
