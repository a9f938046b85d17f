import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { approve } from '../../src/client/approve.ts';
import { resolveEffect } from '../../src/client/effects.ts';
import { listParked } from '../../src/client/parked.ts';
import { resume } from '../../src/client/resume.ts';
import type { Verdict } from '../../src/wire/park-answers.ts';
import type { Parked } from '../../src/wire/progress.ts';
import type { ChaosWorld } from './world.ts';

const lookMs = 1000;

/** Does what a person on call does: says yes, looks at the target and says what it found, resumes. */
export async function operate(world: ChaosWorld, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const { workflowId, parked } of listParked(world.client)) {
        await answer(world, workflowId, parked).catch(() => undefined);
      }
    } catch {
      // The server is away: they look again.
    }
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
  }
}

async function answer(world: ChaosWorld, id: string, parked: Parked): Promise<unknown> {
  const { client } = world;
  if (parked.type === 'ApprovalRequired') {
    return approve(client, id, { fingerprint: parked.fingerprint });
  }
  const { effectKey, parkId } = parked;
  if (parked.type !== 'EffectUnknown' || effectKey === undefined) {
    return resume(client, id, { parkId });
  }
  return resolveEffect(client, effectKey, await lookAt(world, effectKey));
}

async function lookAt({ sandbox }: ChaosWorld, key: string): Promise<Verdict> {
  const payments = await sandbox.stripe.paymentIntents();
  const paid = payments.find(({ metadata }) => metadata.holdfast_key === key);
  if (!paid) return { kind: 'did not happen' };
  const { id: chargeId, amount: amountMinor, currency } = paid;
  return { kind: 'happened', result: { chargeId, amountMinor, currency } };
}

/** Waits until all of them have ended; those that have not in time. */
export async function untilEnded(
  client: Client,
  ids: readonly string[],
  withinMs: number,
): Promise<string[]> {
  const open = new Set(ids);
  const endMs = performance.now() + withinMs;
  while (open.size > 0 && performance.now() < endMs) {
    for (const id of open) {
      const status = await client.workflow
        .getHandle(id)
        .describe()
        .then(
          (description) => description.status.name,
          () => 'RUNNING',
        );
      if (status !== 'RUNNING') open.delete(id);
    }
    await sleep(lookMs);
  }
  return [...open];
}
