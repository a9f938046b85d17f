import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startOrderWorld } from '../test/support/order-world.ts';
import { clientBatches, clientBatchHistory } from './histories/client-batch.ts';
import { forwardedCalls, forwardedHistory } from './histories/forwarded-call.ts';
import { ownBatches, ownBatchHistory } from './histories/own-batch.ts';
import { type Scenario, scenarios } from './histories/scenarios.ts';
import { readableText, scrubHistory } from './histories/scrub-history.ts';

type History = Parameters<typeof historyToJSON>[0];

const root = path.dirname(import.meta.dirname);
const folder = path.join(root, 'test', 'workflows', 'histories');

/**
 * Records the histories that `test/workflows/replay.test.ts` replays, from real runs on a dev server.
 * One that is there is kept: workflows that began under it may still run. To have a way recorded anew,
 * rename its file, or delete it where nothing can run under it any more.
 */
async function recordMissingHistories(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const ways: Record<string, () => Promise<History>> = {
    ...Object.fromEntries(scenarios.map((each) => [each.name, () => historyOf(each)])),
    ...Object.fromEntries(
      Object.entries(forwardedCalls).map(([name, each]) => [name, () => forwardedHistory(each)]),
    ),
    ...Object.fromEntries(
      Object.entries(ownBatches).map(([name, each]) => [name, () => ownBatchHistory(each)]),
    ),
    ...Object.fromEntries(
      Object.entries(clientBatches).map(([name, each]) => [name, () => clientBatchHistory(each)]),
    ),
  };
  for (const [name, play] of Object.entries(ways)) {
    const file = path.join(folder, `${name}.history.json`);
    const shown = path.relative(root, file);
    if (existsSync(file)) {
      console.log(`kept ${shown}`);
      continue;
    }
    const text = recorded(name, await play());
    writeFileSync(file, text);
    console.log(`wrote ${shown}, ${Math.ceil(text.length / 1024)} KiB`);
  }
}

async function historyOf({ name, world: options, play }: Scenario): Promise<History> {
  const world = await startOrderWorld(options);
  try {
    await play(world, name);
    return await world.client.workflow.getHandle(name).fetchHistory();
  } finally {
    await world.stop();
  }
}

function recorded(name: string, history: History): string {
  const scrubbed = scrubHistory(JSON.parse(historyToJSON(history)));
  assertNamesNoMachine(name, readableText(scrubbed));
  // One event a line: small, and a difference names its event.
  const events = (scrubbed.events as readonly object[]).map((event) => JSON.stringify(event));
  return `{"events":[\n${events.join(',\n')}\n]}\n`;
}

function assertNamesNoMachine(name: string, text: string): void {
  const found = [`@${hostname()}`, root, 'file://', 'node_modules'].find((word) =>
    text.includes(word),
  );
  if (found !== undefined) throw new Error(`${name}: ${found} is still in the history`);
}

await recordMissingHistories();
