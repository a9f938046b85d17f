import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { temporalUi } from '../../src/cli/with-client.ts';
import { startComplete } from '../../src/client/start.ts';
import { workflowStatus } from '../../src/client/status.ts';
import type { World } from '../demo/world.ts';
import { overloaded } from '../sandbox/model-faults.ts';

/** What the provider answers to all: it is down, and says that it is so for a quarter of an hour. */
export const downForMaintenance = { ...overloaded, headers: { 'retry-after': '900' } };

/** A call that sleeps because its provider is down, and one that waits at the gate therefore. */
export const heldCalls = { asleep: 'summary-1', waiting: 'summary-2' } as const;

/** Starts both at a provider that is {@link downForMaintenance}, and waits until they are held. */
export async function startHeldCalls({ client }: World): Promise<void> {
  for (const id of Object.values(heldCalls)) {
    const messages = [{ role: 'user', content: `Summarise the ticket ${id}.` }] as const;
    await startComplete(client, { request: { model: 'openai:gpt-4o-mini', messages } }, { id });
    while (!(await workflowStatus(client, id)).held) await sleep(200);
  }
}

/** Opens a tab of a workflow in the Temporal UI. */
export async function openTab(
  page: Page,
  { client, temporal }: World,
  id: string,
  tab: 'user-metadata' | 'search-attributes' | 'pending-activities' | 'history',
): Promise<void> {
  // Straight to the tab: the page that finds the run would load all of the UI once more.
  const { runId } = await client.workflow.getHandle(id).describe();
  await page.goto(`${temporalUi(temporal.uiUrl, temporal)(id)}/${runId}/${tab}`);
}
