import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium that pages are opened with: `CHROMIUM`, or Debian's. Nothing else here needs one. */
export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Whether there is one. */
export const hasChromium = existsSync(chromiumPath);

/** Opens an empty page, high enough to need no scrolling; closed with `cleanups`. */
export async function openPage(cleanups: AsyncDisposableStack): Promise<Page> {
  const userData = await mkdtemp(path.join(tmpdir(), 'holdfast-page-'));
  cleanups.defer(() => rm(userData, { recursive: true, force: true }));
  const context = await chromium.launchPersistentContext(userData, {
    executablePath: chromiumPath,
    headless: true,
    args: flags,
    viewport: { width: 1280, height: 1800 },
    deviceScaleFactor: 1.5,
    colorScheme: 'light',
  });
  cleanups.defer(() => context.close());
  return context.newPage();
}
