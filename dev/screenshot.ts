import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { temporalUi } from '../src/cli/temporal-ui.ts';
import { workflowStatus } from '../src/client/status.ts';
import { startOrder } from '../src/orders/start-order.ts';
import { resolvePolicies } from '../src/policies/resolve-policies.ts';
import { startWorld, type World } from './demo/world.ts';
import { loadExampleOrders } from './sandbox/example-orders.ts';
import { faultPlan } from './sandbox/fault-plan.ts';
import { overloaded, rateLimited } from './sandbox/model-faults.ts';

// Takes the README's picture: `node_modules/.bin/node dev/screenshot.ts`. Needs a Chromium
// (CHROMIUM, or Debian's), which nothing else here does.

const target = fileURLToPath(new URL('../docs/retry-in-temporal-ui.png', import.meta.url));
const orderId = 'order-1002';
/** Two short waits, then one that the provider asks for and that lasts while the picture is taken. */
const faults = [overloaded, rateLimited({ retryAfterSeconds: 120 })];

const marginPx = 10;

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

await using cleanups = new AsyncDisposableStack();
const world = await startWorld(cleanups, { faults: faultPlan({ [orderId]: faults }) });
await startAndWaitForLongRetry(world);
await takePicture(temporalUi(world.temporal.uiUrl, world.temporal)(orderId) ?? '');
console.log(target);

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

async function takePicture(url: string): Promise<void> {
  const userData = await mkdtemp(path.join(tmpdir(), 'holdfast-screenshot-'));
  const context = await chromium.launchPersistentContext(userData, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: flags,
    // High enough to need no scrolling.
    viewport: { width: 1280, height: 1800 },
    deviceScaleFactor: 1.5,
    colorScheme: 'light',
  });
  try {
    const page = await context.newPage();
    await page.goto(url);
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
  } finally {
    await context.close();
    await rm(userData, { recursive: true, force: true });
  }
}
