import { createFailure } from '../failures/create-failure.ts';
import type { Journal } from '../journal/journal.ts';
import type { RecordedAttempt } from '../model/recorded-attempt.ts';
import { maximumAttemptsRead } from '../model/workflow-records.ts';

/** What persons read of the journal, as activities: the command line itself never opens it. */
export function createJournalActivities(journal: Pick<Journal, 'read'>) {
  return {
    /** The latest attempts of a workflow's calls and effects, oldest first. */
    readAttempts: async (workflowId: string): Promise<RecordedAttempt[]> => {
      try {
        return await journal.read(workflowId, maximumAttemptsRead);
      } catch {
        throw createFailure('ConnectionFailed', 'the database of the journal does not answer');
      }
    },
  };
}

/** What workflows know of them, by `import type` only. */
export type JournalActivities = ReturnType<typeof createJournalActivities>;
