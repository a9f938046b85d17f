import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { runHoldfast } from './run-holdfast.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-no-database-'));
after(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, 'mail.txt');
writeFileSync(file, 'no database at all, and longer than the head of one');

const fails = async (command: string, env: Record<string, string>) => {
  const { exitCode, stdout, stderr } = await runHoldfast(command.split(' '), { env });
  assert.equal(stdout, '');
  return [exitCode, stderr];
};

test('a database that a command cannot open is told by its variable, without its password', async () => {
  const env = { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/mine' };
  for (const command of ['batch list', 'keys list', 'gateway']) {
    assert.deepEqual(
      await fails(command, env),
      [
        3,
        'holdfast: DATABASE_URL: no PostgreSQL answers at postgres://127.0.0.1:1/mine (ECONNREFUSED); start it, or correct it',
      ],
      command,
    );
  }
  assert.deepEqual(await fails('batch list', { HOLDFAST_LEDGER: `${file}/ledger.db` }), [
    3,
    `holdfast: HOLDFAST_LEDGER: ${file}/ledger.db can be neither opened nor made (EEXIST); name a file in a folder that the user who runs this may write`,
  ]);
  assert.deepEqual(await fails('keys list', { HOLDFAST_LEDGER: file }), [
    3,
    `holdfast: HOLDFAST_LEDGER: ${file} is not a SQLite database; name another file`,
  ]);
});

test("a slip in a model's provider is told before anything is stored", async () => {
  const command = `batch run ${file} --out ${folder}/results --model opnai:gpt-4o`;
  assert.deepEqual(await fails(command, { HOLDFAST_LEDGER: `${folder}/ledger.db` }), [
    2,
    'holdfast: there is no provider opnai for the model opnai:gpt-4o; did you mean openai?',
  ]);
});
