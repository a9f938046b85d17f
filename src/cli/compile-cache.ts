import { fileURLToPath } from 'node:url';

/** Where what Node compiles is kept: half the starting time of a process. */
export const compileCache = fileURLToPath(
  new URL('../../node_modules/.cache/holdfast', import.meta.url),
);
