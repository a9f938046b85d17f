// A worker that tells in its log how long its main thread, on which all heartbeats beat, was kept.
import { fileURLToPath } from 'node:url';
import { orders } from '../../../src/orders/app.ts';
import { serve } from '../../../src/worker.ts';

const everyMs = 5;
const toldFromMs = 20;

/** CPU, so that a core that other programs have does not count. */
function usedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

let before = usedMs();
setInterval(() => {
  const now = usedMs();
  const keptMs = now - before;
  before = now;
  if (keptMs < toldFromMs) return;
  console.log(JSON.stringify({ event: 'thread.kept', pid: process.pid, keptMs, atMs: Date.now() }));
}, everyMs);

const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
await serve({ app: orders, workflowsPath });
