import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { createEffectActivities } from '../../src/activities/create-activities.ts';
import { openLedger } from '../../src/effects/once/open-ledger.ts';
import { createSaveOrder } from '../support/order-effects.ts';

test('an effect that is written in another database than the ledger is refused at the start', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-elsewhere-'));
  const ledger = await openLedger({ sqliteFile: path.join(folder, 'ledger.db') });
  const elsewhere = await openLedger({ sqliteFile: path.join(folder, 'orders.db') });
  t.after(async () => {
    await Promise.all([ledger.close(), elsewhere.close()]);
    rmSync(folder, { recursive: true });
  });
  const activitiesFor = (made: typeof ledger) => {
    const save = createSaveOrder({
      ledger: made,
      limits: [],
    });
    return createEffectActivities(
      { save },
      {
        ledger,
        scope: 'test',
        log: pino({ enabled: false }),
        random: () => 0.5,
      },
    );
  };
  assert.throws(() => activitiesFor(elsewhere), {
    name: 'TypeError',
    message: `save is written in ${elsewhere.name}, but the ledger is ${ledger.name}: they must be one, or it is not once`,
  });
  assert.deepEqual(Object.keys(activitiesFor(ledger)), ['save']);
});
