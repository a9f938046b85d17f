import type { BatchCommit, FailedTry, LineEnd, Sending } from './batch-commits.ts';
import type { BatchStore } from './batch-store.ts';

/** How long the first of a group waits for others. */
const groupMs = 4;

/** What happens to the lines of one batch in this process, committed in groups. */
export interface GroupCommits {
  /** Resolves once that is committed: to `false` when another one has taken the line. */
  readonly sending: (line: Sending) => Promise<boolean>;
  readonly failed: (line: FailedTry) => Promise<unknown>;
  readonly ended: (line: LineEnd) => Promise<unknown>;
}

interface Group {
  sending: Sending[];
  failed: FailedTry[];
  ended: LineEnd[];
  readonly committed: Promise<Set<number>>;
}

/**
 * Commits in groups what happens to the lines of a batch: a commit of its own for each line would wait
 * for the disk twice a line. One group is written at a time; the next one gathers meanwhile.
 */
export function groupCommits(store: Pick<BatchStore, 'commit'>, id: string): GroupCommits {
  let last: Promise<unknown> = Promise.resolve();
  let gathering: Group | undefined;

  function group(): Group {
    if (gathering) return gathering;
    const { promise: committed, resolve, reject } = Promise.withResolvers<Set<number>>();
    const own: Group = { sending: [], failed: [], ended: [], committed };
    gathering = own;
    const before = last;
    last = committed.catch(() => {});
    setTimeout(async () => {
      await before;
      gathering = undefined;
      const what: BatchCommit = own;
      store.commit(id, what).then(resolve, reject);
    }, groupMs);
    return own;
  }

  return {
    sending(line) {
      const { sending, committed } = group();
      sending.push(line);
      return committed.then((taken) => taken.has(line.seq));
    },
    failed(line) {
      const { failed, committed } = group();
      failed.push(line);
      return committed;
    },
    ended(line) {
      const { ended, committed } = group();
      ended.push(line);
      return committed;
    },
  };
}
