import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** The provider that answers at once, and what it counts. */
export type Provider = Awaited<ReturnType<typeof startProvider>>;

/** Starts it in a process of its own. */
export async function startProvider() {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'provider.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const baseUrl: string = await new Promise((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  return {
    baseUrl,
    /**
     * Of the requests since this was asked last, from the first to the last.
     * @throws Error when they were not so many.
     */
    async linesPerSecond(lines: number): Promise<number> {
      const answer = await fetch(baseUrl);
      const { requests, seconds } = (await answer.json()) as Record<'requests' | 'seconds', number>;
      if (requests !== lines) throw new Error(`${requests} requests for ${lines} lines`);
      return lines / seconds;
    },
    stop: () => child.kill(),
  };
}
