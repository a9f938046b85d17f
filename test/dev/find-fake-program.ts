// Run twice at once by find-program.test.ts: finds a program whose build leaves a trace.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../../src/servers/find-program.ts';
import { fakeProgram } from './fake-program.ts';

const cache = process.env.XDG_CACHE_HOME ?? '';
const program = fakeProgram(async (folder) => {
  mkdirSync(path.join(cache, 'builds', String(process.pid)), { recursive: true });
  await sleep(500);
  writeFileSync(path.join(folder, 'fake-server'), '#!/bin/sh\n');
  chmodSync(path.join(folder, 'fake-server'), 0o755);
});
console.log(await findProgram(program, { PATH: '', XDG_CACHE_HOME: cache }));
