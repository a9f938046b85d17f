import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EffectTask, RunEnd } from './effect-process.ts';

const program = fileURLToPath(new URL('effect-process.ts', import.meta.url));

/** A process that is ready to run its effects. */
export interface EffectProcess {
  readonly pid: number;
  /** Has it begin; resolves to how each run ended. */
  begin(): Promise<RunEnd[]>;
}

/** Starts `effect-process.ts`; it is killed after the test. */
export async function startEffectProcess(
  t: { after: (cleanup: () => Promise<unknown>) => void },
  task: EffectTask,
  { nodeArgs = [] }: { readonly nodeArgs?: readonly string[] } = {},
): Promise<EffectProcess> {
  const child = spawn(process.execPath, [...nodeArgs, program, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  t.after(() => {
    child.kill('SIGKILL');
    return ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the process ended without a word');
    return value;
  };
  await nextLine();
  return {
    pid: child.pid ?? 0,
    async begin() {
      child.stdin.write('begin\n');
      return JSON.parse(await nextLine()) as RunEnd[];
    },
  };
}
