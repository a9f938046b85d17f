import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { writeLines } from './lines.ts';
import type { Provider } from './provider-process.ts';

/**
 * Has a program answer a file of so many lines, in an empty folder; it prints last how many it has.
 * @returns lines a second, while lines were sent.
 */
export async function runProgram(
  provider: Provider,
  lines: number,
  command: (file: string) => readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-bench-batch-'));
  try {
    const file = path.join(folder, 'lines.jsonl');
    await writeLines(file, lines);
    const [program, ...args] = command(file);
    const { stdout } = await execa(program, args, {
      ...{ extendEnv: false, cwd: folder, stdin: 'ignore' },
      env: { PATH: process.env.PATH, HOME: folder, ...env },
    });
    const answered = Number(stdout.trimEnd().split('\n').at(-1));
    if (answered !== lines) throw new Error(`${answered} answered of ${lines}`);
    return await provider.linesPerSecond(lines);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
