import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { startWorld, type World } from '../../dev/demo/world.ts';
import {
  downForMaintenance,
  heldCalls,
  openTab,
  startHeldCalls,
} from '../../dev/pictures/held-calls.ts';
import { chromiumPath, hasChromium, openPage } from '../../dev/pictures/open-page.ts';

const skip = hasChromium ? false : `there is no Chromium at ${chromiumPath}, nor in CHROMIUM`;

describe('held calls in the Temporal UI, while the provider is down', { skip }, () => {
  const cleanups = new AsyncDisposableStack();
  let world: World;
  let page: Page;
  before(async () => {
    world = await startWorld(cleanups, { faults: () => downForMaintenance });
    await startHeldCalls(world);
    page = await openPage(cleanups);
  });
  after(() => cleanups.disposeAsync());

  /** Waits until the page, or a frame in it, has the words, and gives them with what is around. */
  async function read(words: RegExp): Promise<string> {
    for (let tries = 0; tries < 40; tries += 1) {
      // A frame may be replaced while it is read.
      const bodies = page.frames().map((frame) =>
        frame
          .locator('body')
          // biome-ignore lint/performance/useDomNodeTextContent: it keeps the lines apart
          .innerText()
          .catch(() => ''),
      );
      const text = (await Promise.all(bodies)).join('\n').replace(/\s+/g, ' ');
      const [found] = words.exec(text) ?? [];
      if (found !== undefined) return found;
      await page.waitForTimeout(250);
    }
    return assert.fail(`the UI does not show ${words}`);
  }

  test('the timer of one that sleeps says by what it is held, and when it is tried next', async () => {
    await openTab(page, world, heldCalls.asleep, 'history');
    await read(
      /complete held: openai:gpt-4o-mini answers Overloaded, next try about \d\d:\d\d UTC/,
    );
  });

  test('so do its details, first of all', async () => {
    await openTab(page, world, heldCalls.asleep, 'user-metadata');
    await read(
      /complete Held, nothing is sent for complete: openai:gpt-4o-mini answers Overloaded Since \d{4}-\d\d-\d\d \d\d:\d\d UTC; next try about \d{4}-\d\d-\d\d \d\d:\d\d UTC attempts 1, repairs 0/,
    );
  });

  test('its state attribute is "held", by which the UI lists them', async () => {
    await openTab(page, world, heldCalls.asleep, 'search-attributes');
    await read(/"HoldfastState": "held"/);
  });

  test('the pending activity of one that waits at the gate says the same in its heartbeat', async () => {
    await openTab(page, world, heldCalls.waiting, 'pending-activities');
    await read(/"gate": "openai:gpt-4o-mini", "reason": "limits requests"/);
  });
});
