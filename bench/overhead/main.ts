import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startChild } from '../storm/child.ts';
import { median } from './median.ts';
import { createBareCall, createWholeLayer } from './ways.ts';

/**
 * What the whole layer adds to a healthy call: gate, classification, attempt log, journal, against a
 * bare `generateText` to the same provider, in the same process, taking turns.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '400' } } });
const rounds = Number(values.rounds);
const warmUp = 40;

const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-overhead-'));
const provider = startChild(path.join(import.meta.dirname, 'provider.ts'));
try {
  const { baseUrl = '' } = await provider.next('ready');
  const bare = createBareCall(baseUrl);
  const whole = createWholeLayer(baseUrl, folder);
  const bareMs: number[] = [];
  const wholeMs: number[] = [];
  for (let round = -warmUp; round < rounds; round += 1) {
    // Whoever is first in a round may profit or suffer from it: they take turns in that too.
    const both = [
      { call: bare, timesMs: bareMs },
      { call: whole.call, timesMs: wholeMs },
    ];
    for (const { call, timesMs } of round % 2 === 0 ? both : both.reverse()) {
      const startedMs = performance.now();
      await call(round);
      if (round >= 0) timesMs.push(performance.now() - startedMs);
    }
  }
  await whole.close();
  const overhead = median(wholeMs) / median(bareMs) - 1;
  const differencesMs = wholeMs.map((wholeTookMs, index) => wholeTookMs - (bareMs[index] ?? 0));
  console.log(`bare generateText   median ${median(bareMs).toFixed(2)} ms`);
  console.log(`the whole layer     median ${median(wholeMs).toFixed(2)} ms`);
  console.log(`difference, paired  median ${median(differencesMs).toFixed(2)} ms`);
  console.log(`overhead ${(overhead * 100).toFixed(1)}% over ${rounds} rounds (at most 5%)`);
  process.exitCode = overhead <= 0.05 ? 0 : 1;
} finally {
  await provider.stop();
  await rm(folder, { recursive: true, force: true });
}
