import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');

/** A process with a journal, in which something goes on. */
export interface JournalProcess {
  /** Stops it as a debugger or a container's pause does: it lives, and says nothing. */
  readonly pause: () => void;
  readonly kill: () => Promise<void>;
}

/**
 * Starts a process that opens a journal, begins three attempts and ends one of them; it has done so
 * when this returns. It stores nothing in the database by itself.
 */
export async function startJournalProcess(
  sqliteFile: string,
  folder: string,
  workflowId: string,
): Promise<JournalProcess> {
  const script = `
    import { openJournal } from './src/journal/journal.ts';
    import { callOf } from './test/journal/attempts.ts';
    const [sqliteFile, folder, workflowId] = process.argv.slice(1);
    const journal = openJournal({ sqliteFile, folder, forwardEveryMs: 3_600_000, takeInEveryMs: 0 });
    await journal.flush();
    const answered = journal.calls.start(callOf(workflowId, 1));
    answered.sent();
    answered.finished({ usage: { inputTokens: 3, outputTokens: 4 } });
    journal.calls.start(callOf(workflowId, 2)).sent();
    journal.calls.start(callOf(workflowId, 3));
    journal.effects.start({ workflowId, runId: 'run-1', key: 'k', effect: 'charge', target: 'stripe', attempt: 1 });
    process.stdout.write('ready');
    setInterval(() => {}, 1000);`;
  const child = spawn(
    process.execPath,
    ['--input-type=module-typescript', '--eval', script, sqliteFile, folder, workflowId],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), exited]);
  return {
    pause: () => void child.kill('SIGSTOP'),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
