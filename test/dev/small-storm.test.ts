import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runContender } from '../../bench/storm/run-contender.ts';
import { theStorm } from '../../bench/storm/storm.ts';

// A small part of it; all of it is `npm run bench:storm`.

test('ten calls, two workers of which one is killed every three seconds: none is lost, and no answer is paid twice but for kills', async () => {
  const outcome = await runContender(
    {
      ...{ id: 'small', title: 'small', program: 'storm/holdfast-client.ts' },
      ...{ temporal: true, workers: 2, killEveryMs: 3000 },
      // How long the calls of a killed worker wait: 30 s as it comes.
      policies: { model: { heartbeatTimeoutMs: 2000 } },
    },
    { ...theStorm, calls: 10, downMs: 2500 },
    () => {},
  );
  const { done, lost, unfinished, answers = 0, requests } = outcome;
  assert.deepEqual({ done, lost, unfinished }, { done: 10, lost: 0, unfinished: 0 });
  // An answer on its way to a worker that is killed is lost with it, and its call asks again.
  assert.ok(answers >= 10 && answers <= 20, `${answers} answers`);
  assert.ok(requests <= 60, `${requests} requests`);
});
