import { parseArgs } from 'node:util';
import { installPackage } from '../install-package.ts';
import { contenders } from './contenders.ts';
import { publish } from './publish.ts';
import { keepOutcome } from './results.ts';
import { runContender } from './run-contender.ts';
import { idealMs, patience, type Storm, theStorm } from './storm.ts';
import { tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    /** Ids of contenders, with commas between. */
    only: { type: 'string', default: '' },
    /** Another storm, for a try: its outcome is shown and not kept. */
    calls: { type: 'string' },
    'down-seconds': { type: 'string' },
  },
});
const only = values.only.split(',').filter((id) => id !== '');
const isATry = values.calls !== undefined || values['down-seconds'] !== undefined;
const asked: Partial<Storm> = {
  ...(values.calls && { calls: Number(values.calls) }),
  ...(values['down-seconds'] && { downMs: Number(values['down-seconds']) * 1000 }),
};
const progressEveryMs = 10_000;
await installPackage('bench/peers');
for (const contender of contenders) {
  if (only.length > 0 && !only.includes(contender.id)) continue;
  const storm = { ...theStorm, ...contender.storm, ...asked };
  const seconds = idealMs(storm) / 1000;
  console.log(`The ideal is ${seconds} s; it is stopped after ${seconds * patience} s.`);
  let nextMs = 0;
  const outcome = await runContender(contender, storm, ({ done, lost }, elapsedMs) => {
    if (elapsedMs < nextMs) return;
    nextMs += progressEveryMs;
    const at = `${Math.round(elapsedMs / 1000)} s`.padStart(6);
    console.log(`${contender.title}: ${at}, ${done} done, ${lost} lost`);
  });
  console.log(tableOf([outcome]));
  console.log(`The provider saw ${outcome.requests} requests and sent ${outcome.answers} answers.`);
  if (!isATry) keepOutcome(theStorm, outcome);
}
if (!isATry) await publish();
