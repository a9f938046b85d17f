import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fencedBlocks, readPage, root } from './pages.ts';

/** Every command of the README, and the test that runs it: a new one is to have its own. */
const runBy: Readonly<Record<string, string>> = {
  'npm start': 'dev/demo/orders',
  'npx holdfast init ../tickets': 'package/tutorial',
  'cd ../tickets && npm install && npm test': 'package/tutorial',
  'npx holdfast up': 'package/tutorial',
  [`npx holdfast start triage --id T-1 --input '{"text":"The lamp arrived broken."}' --wait`]:
    'package/tutorial',
  'npm start -- --messages examples/messages.csv': 'dev/demo/messages',
  'export OPENAI_API_KEY=sk-...': 'package/tutorial',
  'npx holdfast start complete "Say hello" --id hello-1 --wait': 'cli/up',
  'export OPENAI_BASE_URL=http://127.0.0.1:8484/v1': 'cli/up',
  'curl $OPENAI_BASE_URL/chat/completions': 'cli/up',
  'npx holdfast batch run prompts.jsonl --out results': 'batch/batch-run',
  'cat results/output.jsonl': 'batch/batch-run',
};

test('each command of the README is run by a test', () => {
  const commands = fencedBlocks(readPage('README.md'), 'sh')
    .flatMap((block) => block.trim().split('\n'))
    // What they write or send is the same test's.
    .map((line) => line.replace(/ +#.*$/, '').replace(/ --json '.*$/, ''))
    .filter((line) => !line.startsWith('echo '));
  assert.deepEqual([...new Set(commands)].sort(), Object.keys(runBy).sort());
  for (const file of Object.values(runBy)) {
    assert.ok(existsSync(path.join(root, `test/${file}.test.ts`)), file);
  }
});
