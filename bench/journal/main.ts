import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pMap from 'p-map';
import { createAttemptCall } from '../../src/calls/attempt-call.ts';
import { type AttemptLog, createAttemptLog } from '../../src/calls/attempt-log.ts';
import { createProviders } from '../../src/calls/provider/providers.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import type { ModelRequest } from '../../src/wire/model-call.ts';
import { createLogger } from '../../src/worker/create-logger.ts';
import { combineAttemptLogs } from '../../src/worker/open-app.ts';
import { median } from '../overhead/median.ts';

/**
 * What the journal costs: the same healthy calls (real AI SDK, real HTTP to another process) with
 * and without it, in turns, and the ratio of the two. Its work in the background counts.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string' } } });
const rounds = (usual: number) => Number(values.rounds ?? usual);
/** The first is a fast answer of a real model, and decides; the second shows the processor's share. */
const realistic = { latencyMs: 50, concurrency: 20, calls: 200, rounds: rounds(24) };
const atFullSpeed = { latencyMs: 0, concurrency: 8, calls: 500, rounds: rounds(40) };
/** By how much a call may take longer. */
const most = 0.02;

const request: ModelRequest = {
  step: 'extract',
  model: 'openai:gpt-4o-mini',
  messages: [{ role: 'user', content: 'Say hello' }],
  maximumOutputTokens: 100,
  attemptsUsed: 0,
  policy: {
    ...catalogue.model,
    prices: {
      'openai:gpt-4o-mini': { inputPerMillion: '0.15', outputPerMillion: '0.60', currency: 'usd' },
    },
  },
};

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
const log = createLogger({ to: path.join(folder, 'worker.log') });
const plain = createAttemptLog(log);
const journal = openJournal({
  sqliteFile: path.join(folder, 'ledger.db'),
  folder: path.join(folder, 'journal'),
});
await journal.flush();

console.log('calls  answer    at once   wall off    wall on    ratio   cpu off    cpu on    ratio');
try {
  const ratio = await measure(realistic);
  await measure(atFullSpeed);
  await measureAlone();
  const percent = ((ratio - 1) * 100).toFixed(1);
  console.log(
    `a call of ${realistic.latencyMs} ms takes ${percent}% longer (at most ${most * 100}%)`,
  );
  process.exitCode = ratio <= 1 + most ? 0 : 1;
} finally {
  await journal.close();
  rmSync(folder, { recursive: true });
}

/** @returns how long a call takes with the journal, over one without. */
async function measure({ latencyMs, concurrency, calls, rounds }: Setting): Promise<number> {
  const provider = await startProvider(latencyMs);
  const attemptCall = createAttemptCall({
    scope: 'test',
    providers: createProviders([
      { name: 'openai', family: 'openai', baseUrl: provider.baseUrl, apiKey: 'sk-bench' },
    ]),
    log,
  });
  const both = combineAttemptLogs(plain, journal.calls);
  const round = async (attemptLog: AttemptLog) => {
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    await pMap(Array(calls).keys(), () => oneCall(attemptLog), { concurrency });
    // What it does in the background is part of its price.
    if (attemptLog === both) await journal.flush();
    const wallMs = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs: wallMs / calls, cpuMs: (user + system) / 1000 / calls };
  };
  async function oneCall(attemptLog: AttemptLog): Promise<void> {
    const attempt = { workflowId: 'order-1042', runId: 'run', request, attempt: 1, heldMs: 0 };
    const record = attemptLog.start(attempt);
    const signal = new AbortController().signal;
    record.finished(
      await attemptCall(request, {
        signal,
        workflowId: attempt.workflowId,
        attempt: 1,
        log: record,
      }),
    );
  }
  await round(plain);
  await round(both);
  const off: Round[] = [];
  const on: Round[] = [];
  for (let nth = 0; nth < rounds; nth += 1) {
    // In turns, and each first as often: the machine is slower at some times than at others.
    for (const kind of nth % 2 === 0 ? [plain, both] : [both, plain]) {
      (kind === plain ? off : on).push(await round(kind));
    }
  }
  provider.stop();
  const wall = compare(off, on, 'wallMs');
  const cpu = compare(off, on, 'cpuMs');
  console.log(
    `${calls * rounds}`.padEnd(7) +
      `${latencyMs} ms`.padEnd(10) +
      `${concurrency}`.padEnd(7) +
      [wall, cpu].map(({ shown }) => shown.join('   ')).join('   '),
  );
  return wall.ratio;
}

/** The journal alone, without a call: what it adds to each. */
async function measureAlone(): Promise<void> {
  const count = 20_000;
  const startedMs = performance.now();
  for (let nth = 0; nth < count; nth += 1) {
    const record = journal.calls.start({ workflowId: 'alone', request, attempt: 1 });
    record.sent();
    record.finished({ usage: { inputTokens: 12, outputTokens: 3 }, providerRequestId: 'req_1' });
  }
  const appendedMs = performance.now() - startedMs;
  await journal.flush();
  const storedMs = performance.now() - startedMs - appendedMs;
  const micros = (ms: number) => `${((ms / count) * 1000).toFixed(1)} us`;
  console.log(`an attempt alone: ${micros(appendedMs)} to append, ${micros(storedMs)} to store`);
}

type Setting = typeof realistic;
type Round = { readonly wallMs: number; readonly cpuMs: number };

function compare(off: readonly Round[], on: readonly Round[], what: keyof Round) {
  const ratio = median(off.map((each, index) => (on[index]?.[what] ?? 0) / each[what]));
  const medians = [off, on].map((all) => `${median(all.map((each) => each[what])).toFixed(3)} ms`);
  return { ratio, shown: [...medians, ratio.toFixed(3)] };
}

async function startProvider(latencyMs: number) {
  const program = path.join(import.meta.dirname, 'provider-process.ts');
  const child = spawn(process.execPath, [program, String(latencyMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(child.stdout, 'data');
  return { baseUrl: `http://127.0.0.1:${String(port).trim()}/v1`, stop: () => child.kill() };
}
