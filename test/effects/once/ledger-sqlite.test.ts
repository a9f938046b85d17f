import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { openLedger } from '../../../src/effects/once/open-ledger.ts';
import { restoredContract } from '../operate/restored-contract.ts';
import { ledgerContract } from './ledger-contract.ts';
import { runOnceContract } from './run-once-contract.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-ledger-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const open = () => openLedger({ sqliteFile: path.join(folder, 'deep', 'ledger.db') });
ledgerContract('SQLite', open);
restoredContract('SQLite', open);
runOnceContract('SQLite', open);

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

test('a ledger without a place is refused', async () => {
  await assert.rejects(openLedger({}), /give a databaseUrl or a sqliteFile/);
});
