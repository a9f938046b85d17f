import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import type { Ledger } from '../../../src/effects/once/ledger.ts';
import { openLedger } from '../../../src/effects/once/open-ledger.ts';

/** A SQLite ledger for the tests of one file, as prepared; call it at the file's top level. */
export function temporaryLedger(
  prepare = async (ledger: Ledger): Promise<Ledger> => ledger,
): () => Ledger {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-effects-'));
  let ledger: Ledger | undefined;
  before(async () => {
    ledger = await prepare(await openLedger({ sqliteFile: path.join(folder, 'ledger.db') }));
  });
  after(async () => {
    await ledger?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    if (!ledger) throw new Error('the ledger is open only while tests run');
    return ledger;
  };
}
