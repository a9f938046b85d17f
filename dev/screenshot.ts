import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { workflowStatus } from '../src/client/status.ts';
import { startOrder } from '../src/orders/start-order.ts';
import { resolvePolicies } from '../src/policies/resolve-policies.ts';
import { startWorld, type World } from './demo/world.ts';
import { downForMaintenance, heldCalls, openTab, startHeldCalls } from './pictures/held-calls.ts';
import { openPage } from './pictures/open-page.ts';
import { loadExampleOrders } from './sandbox/example-orders.ts';
import { faultPlan } from './sandbox/fault-plan.ts';
import { overloaded, rateLimited } from './sandbox/model-faults.ts';

// Takes the pictures of README and docs, or the one that is named: `node_modules/.bin/node
// dev/screenshot.ts held`. Needs a Chromium (CHROMIUM, or Debian's); a test of the UI does without.

const orderId = 'order-1002';
/** A short wait, then one that lasts while the picture is taken; a third would be an outage, and held. */
const faults = [overloaded, rateLimited({ retryAfterSeconds: 120 })];

const marginPx = 10;
/** The tabs' panes have no edge of their own below. */
const paneHeightPx = 440;

await pictureOf('retry', async (page, target, cleanups) => {
  const world = await startWorld(cleanups, { faults: faultPlan({ [orderId]: faults }) });
  await startAndWaitForLongRetry(world);
  await openTab(page, world, orderId, 'history');
  // The timeline's bar of the activity opens what the server knows about its retries.
  await page.locator('svg text', { hasText: 'callModel' }).first().click();
  await page.getByText('Last Failure').first().waitFor();
  await sleep(1000);
  const heading = await page.getByText('Event History', { exact: true }).first().boundingBox();
  const events = await page.getByTestId('event-summary-table').boundingBox();
  if (!heading || !events) throw new Error('the page is not as it used to be');
  await page.screenshot({
    path: target,
    clip: {
      x: events.x - marginPx,
      y: heading.y - marginPx,
      width: events.width + 2 * marginPx,
      height: events.y + events.height - heading.y + 2 * marginPx,
    },
  });
});

await pictureOf('held', async (page, target, cleanups) => {
  const world = await startWorld(cleanups, { faults: () => downForMaintenance });
  await startHeldCalls(world);
  await openTab(page, world, heldCalls.asleep, 'user-metadata');
  await sleep(2000);
  const title = await page.getByRole('heading', { name: heldCalls.asleep }).boundingBox();
  const pane = await page.getByText('Current Details').boundingBox();
  if (!title || !pane) throw new Error('the page is not as it used to be');
  const y = title.y - 2 * marginPx;
  const x = 64;
  const width = 1280 - x;
  const height = pane.y + paneHeightPx - y;
  await page.screenshot({ path: target, clip: { x, y, width, height } });
});

async function pictureOf(
  name: string,
  take: (page: Page, target: string, cleanups: AsyncDisposableStack) => Promise<void>,
): Promise<void> {
  const [only = name] = process.argv.slice(2);
  if (only !== name) return;
  await using cleanups = new AsyncDisposableStack();
  const target = fileURLToPath(new URL(`../docs/${name}-in-temporal-ui.png`, import.meta.url));
  await take(await openPage(cleanups), target, cleanups);
  console.log(target);
}

async function startAndWaitForLongRetry({ client }: World): Promise<void> {
  const example = loadExampleOrders().find((order) => order.orderId === orderId);
  if (!example) throw new Error(`no example ${orderId}`);
  const { request } = example;
  await startOrder(
    client,
    { request, model: 'openai:gpt-4o-mini', policies: resolvePolicies() },
    { id: orderId },
  );
  for (;;) {
    const [pending] = (await workflowStatus(client, orderId)).pending;
    if (pending && pending.attempt > faults.length && pending.nextAttemptAt) return;
    await sleep(200);
  }
}
