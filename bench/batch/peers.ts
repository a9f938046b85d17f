import { setTimeout as sleep } from 'node:timers/promises';
import { type Contender, findContenders } from './contenders.ts';
import type { Provider } from './provider-process.ts';
import { keepPeers, type Peer } from './results.ts';
import { peersTable } from './table.ts';

/** How peers are compared. */
export interface ComparePeersOptions {
  readonly provider: Provider;
  readonly lines: number;
  readonly atOnce: string;
  readonly rounds: number;
}

/** After each of them, what it has left is gone from the disk and from memory. */
const restMs = 1000;

/**
 * Has all of them answer the same file in turns, in the other direction each round: what the machine
 * does besides meets all of them.
 */
export async function comparePeers(options: ComparePeersOptions): Promise<void> {
  const { provider, lines, atOnce, rounds } = options;
  const found = await findContenders(provider, atOnce);
  const missing: Record<string, string> = {};
  for (const each of found) if ('missing' in each) missing[each.title] = each.missing;
  const contenders = found.filter((each): each is Contender => 'run' in each);
  const rates = new Map(contenders.map(({ title }) => [title, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const each of round % 2 === 0 ? contenders : contenders.toReversed()) {
      if (missing[each.title] !== undefined) continue;
      try {
        const perSecond = await each.run(lines / each.oneOf);
        rates.get(each.title)?.push(perSecond);
        console.log(`${each.title}: ${perSecond.toFixed(0)} lines/s`);
      } catch (error) {
        // What one of them cannot do takes nothing from the others.
        missing[each.title] = (error as Error).message.trimEnd().split('\n').at(-1) ?? 'it fails';
        console.log(`${each.title} failed: ${(error as Error).message}`);
      }
      await sleep(restMs);
    }
  }
  const peers = contenders
    .filter(({ title }) => missing[title] === undefined)
    .map(({ title, oneOf, goal }): Peer => {
      const perSecond = rates.get(title) ?? [];
      return { title, lines: lines / oneOf, perSecond, ...(goal !== undefined && { goal }) };
    });
  console.log(peersTable({ peers, missing }));
  keepPeers({ peers, missing });
}
