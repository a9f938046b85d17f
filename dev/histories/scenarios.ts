import type { Client } from '@temporalio/client';
import { createGates, type Gates } from '../../src/calls/gate/gates.ts';
import { approve } from '../../src/client/approve.ts';
import { resolveEffect } from '../../src/client/effects.ts';
import { resume } from '../../src/client/resume.ts';
import { startComplete } from '../../src/client/start.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { type PolicyOverrides, resolvePolicies } from '../../src/policies/resolve-policies.ts';
import type { JsonObject } from '../../src/wire/json.ts';
import type { OrderWorld, OrderWorldOptions } from '../../test/support/order-world.ts';
import {
  impatient,
  oneLamp,
  parkedOnFailure,
  startTestOrder,
} from '../../test/support/start-test-order.ts';
import { until } from '../../test/support/until.ts';
import { overloaded, quotaExhausted } from '../sandbox/model-faults.ts';
import { pass, raw } from '../sandbox/wire-fault.ts';

/** One way through a workflow, played in a world of its own. */
export interface Scenario {
  /** Name of the file and workflow id. */
  readonly name: string;
  readonly world: OrderWorldOptions;
  /** Plays it to its end. */
  readonly play: (world: OrderWorld, name: string) => Promise<unknown>;
}

const small = 'openai:gpt-4o-mini';
const large = 'openai:gpt-4o';
const amountSchema: JsonObject = {
  type: 'object',
  properties: { amount: { type: 'string' } },
  required: ['amount'],
  additionalProperties: false,
};
const aboveLimit = oneLamp.replaceAll('12.00', '900.00');

/** The ways whose histories are kept: each takes branches of the workflow code that no other takes. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'process-order',
    world: { model: { answer: () => oneLamp } },
    play: async (world, name) => (await startTestOrder(world, name)).handle.result(),
  },
  {
    name: 'process-order-approved',
    world: { model: { answer: () => aboveLimit } },
    play: async (world, name) => {
      const { handle } = await startTestOrder(world, name);
      const parked = await until(async () => {
        const { progress } = await workflowStatus(world.client, name);
        const [parked] = progress?.parked ?? [];
        return parked?.type === 'ApprovalRequired' ? parked : undefined;
      });
      await approve(world.client, name, { fingerprint: parked.fingerprint });
      return handle.result();
    },
  },
  {
    name: 'process-order-ticket-resumed',
    world: {
      model: { answer: () => oneLamp },
      // As many as one round of attempts takes; the next finds GitHub well.
      github: { faults: first(impatient.maximumAttempts, { kind: 'status', status: 503 }, pass) },
    },
    play: async (world, name) => {
      const { handle } = await startTestOrder(world, name, { ticket: impatient });
      await parkedOnFailure(world, name);
      await resume(world.client, name);
      return handle.result();
    },
  },
  {
    name: 'process-order-charge-resolved',
    world: {
      model: { answer: () => oneLamp },
      // Stripe fails, stores that under the key, and nothing is to be found.
      stripe: {
        faults: ({ method }) =>
          method === 'POST' ? { kind: 'storedServerError', executed: false } : pass,
      },
    },
    play: async (world, name) => {
      const { handle } = await startTestOrder(world, name);
      const { effectKey = '' } = await parkedOnFailure(world, name);
      const result = { chargeId: 'pi_seen_by_ada', amountMinor: 1200, currency: 'eur' };
      await resolveEffect(world.client, effectKey, { kind: 'happened', result });
      return handle.result();
    },
  },
  {
    name: 'complete-repaired',
    world: {
      model: {
        answer: ({ messages }) => (messages.length > 1 ? '{"amount":"12"}' : '{"amount":12}'),
      },
    },
    play: (world, name) => ask(world.client, name, {}, amountSchema),
  },
  {
    name: 'complete-fallback',
    world: {
      model: {
        answer: () => 'hello',
        faults: ({ model }) => (model === 'gpt-4o-mini' ? overloaded : pass),
      },
    },
    play: (world, name) => ask(world.client, name, { fallback: [{ model: large }] }),
  },
  {
    name: 'complete-quota-resumed',
    world: {
      model: {
        answer: () => 'hello',
        faults: ({ model }) => (model === 'gpt-4o-mini' ? quotaExhausted : pass),
      },
    },
    play: async (world, name) => {
      // With a deadline, the park starts a timer too.
      const policy = { onFailure: 'park', parkDeadlineMs: 3_600_000 } as const;
      const result = ask(world.client, name, policy);
      await parkedOnFailure(world, name);
      await resume(world.client, name, { model: large });
      return result;
    },
  },
  {
    name: 'complete-malformed',
    world: {
      model: { answer: () => 'hello', faults: first(2, raw('upstream says hi'), pass) },
    },
    play: (world, name) => ask(world.client, name, { initialIntervalMs: 10 }),
  },
  {
    name: 'complete-truncated',
    world: {
      model: { answer: first(1, { text: 'hel', finishReason: 'length' }, { text: 'hello' }) },
    },
    play: (world, name) => ask(world.client, name),
  },
  {
    name: 'complete-deferred',
    world: { model: { answer: () => 'hello' }, gates: deferringOnce() },
    play: (world, name) => ask(world.client, name),
  },
];

/** Says one thing so many times, and another from then on. */
function first<Once, Then>(times: number, once: Once, then: Then): () => Once | Then {
  let asked = 0;
  return () => (++asked <= times ? once : then);
}

/** Gates that send the first call back and let the others go. */
function deferringOnce(): Gates {
  const next = first(
    1,
    { kind: 'deferred', delayMs: 10, held: { gate: small, reason: 'is down' } } as const,
    {
      kind: 'go',
      pass: { ended() {} },
    } as const,
  );
  return { ...createGates(), enter: async () => next() };
}

async function ask(
  client: Client,
  id: string,
  model: PolicyOverrides['model'] = {},
  schema?: JsonObject,
) {
  const request = {
    model: small,
    messages: [{ role: 'user' as const, content: 'Say hello' }],
    ...(schema && { schema }),
  };
  const { handle } = await startComplete(
    client,
    { request, policies: resolvePolicies({ model }) },
    { id },
  );
  return handle.result();
}
