import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { openDatabase } from '../../../src/database/open-database.ts';
import { openLedger } from '../../../src/effects/once/open-ledger.ts';
import { restoredContract } from '../operate/restored-contract.ts';
import { webhookTarget } from '../targets/webhook-target.ts';
import { atSizeContract } from './at-size-contract.ts';
import { ledgerContract } from './ledger-contract.ts';
import { runOnceContract } from './run-once-contract.ts';
import { startEffectProcess } from './start-effect-process.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-ledger-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const open = () => openLedger({ sqliteFile: path.join(folder, 'deep', 'ledger.db') });
ledgerContract('SQLite', open);
restoredContract('SQLite', open);
runOnceContract('SQLite', open);
atSizeContract('SQLite', async () => openDatabase({ sqliteFile: path.join(folder, 'large.db') }));

test('four processes that start at once on a new file all get to work', async () => {
  const module = new URL('../../../src/effects/once/open-ledger.ts', import.meta.url).href;
  const file = path.join(folder, 'race.db');
  const script = `
    import { openLedger } from ${JSON.stringify(module)};
    const ledger = await openLedger({ sqliteFile: ${JSON.stringify(file)} });
    let claims = 0;
    for (let index = 0; index < 50; index += 1) {
      const claim = await ledger.claim({ key: 'race/' + index, effect: 'e',
        fingerprint: 'f', request: '{}', leaseMs: 60_000 });
      if (claim) claims += 1;
    }
    await ledger.close();
    console.log(claims);`;
  const runs = await Promise.all(
    Array.from({ length: 4 }, () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]),
    ),
  );
  const claims = runs.map(({ stdout }) => Number(stdout));
  assert.equal(
    claims.reduce((sum, each) => sum + each, 0),
    50,
  );
});

test('two processes on one SQLite file: each of 20 effects once', async (t) => {
  const target = await webhookTarget(t);
  const ids = Array.from({ length: 20 }, (_, index) => `order-${index}`);
  const task = {
    database: { sqliteFile: path.join(folder, 'two.db') },
    webhook: { url: target.origin },
    ids,
    times: 2,
    options: { maximumWaitMs: 20_000 },
  };
  const processes = await Promise.all([1, 2].map(() => startEffectProcess(t, task)));
  const ends = (await Promise.all(processes.map((each) => each.begin()))).flat();
  assert.equal(ends.filter((end) => end === 'done').length, 20);
  assert.equal(ends.filter((end) => end === 'replayed').length, 60);
  assert.deepEqual(target.keys.toSorted(), ids.map((id) => `test/${id}:webhook`).toSorted());
});

test('a ledger without a place is refused', async () => {
  await assert.rejects(openLedger({}), /give a databaseUrl or a sqliteFile/);
});
