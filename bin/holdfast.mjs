#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Only a checkout has dev/, which installs what is missing and brings its own Node. Installed as a
// package, the command runs on the user's.
if (existsSync(new URL('../dev', import.meta.url))) {
  const { bootstrap } = await import('../dev/bootstrap.mjs');
  await bootstrap('holdfast', process.argv.slice(2));
} else {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 19)) {
    console.error(
      `holdfast: Node ${process.versions.node} is too old. Install Node 22.19 or newer.`,
    );
    process.exit(1);
  }
  await import('../dist/holdfast.js');
}
