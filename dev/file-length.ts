import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Verdict } from './validate-compose.ts';

const MAX_LINES = 300;
const SOURCES = '{src,dev,test,bench,bin,docs,examples}/**/*.{ts,mjs}';

/** Fails when a source file in `folder` has more than 300 lines, and names every such file. */
export function checkFileLength(folder: string): Verdict {
  // Packages of the benchmarks are installed below bench/.
  const tooLong = globSync(SOURCES, { cwd: folder, exclude: ['**/node_modules/**'] })
    .map((file) => ({
      file,
      lines: readFileSync(path.join(folder, file), 'utf8').split('\n').length - 1,
    }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ file, lines }) => `${file}: ${lines} lines`);
  return { state: tooLong.length === 0 ? 'ok' : 'FAILED', detail: tooLong.join('\n') };
}
