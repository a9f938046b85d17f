import type { KeyBudget } from '../../gateway/keys/key-limits.ts';
import type { Committed, FailedTry, LineEnd, Sending } from './batch-changes.ts';
import type { BatchStore } from './batch-store.ts';
import { throughOutage } from './through-outage.ts';

/** How long the first of a group waits for others. */
const groupMs = 4;
/** More of them would have more values than a statement may have: SQLite takes 32,766. */
const groupLines = 1000;

/** What came of the intent of a line. */
export type Sent = 'sent' | 'taken' | 'over budget' | "over the key's budget";

/** What lines may cost. */
export interface Budgets {
  readonly maximumCostNano?: number | undefined;
  readonly budget?: KeyBudget | undefined;
}

/** What happens to the lines of one batch in this process, committed in groups. */
export interface GroupCommits {
  /** Resolves once that is committed: to why it is not to be sent, where it is not. */
  readonly sending: (line: Sending) => Promise<Sent>;
  readonly failed: (line: FailedTry) => Promise<unknown>;
  readonly ended: (line: LineEnd) => Promise<unknown>;
}

interface Group {
  sending: Sending[];
  failed: FailedTry[];
  ended: LineEnd[];
  readonly committed: Promise<Committed>;
}

/**
 * Commits in groups what happens to the lines of a batch: a commit of its own for each line would wait
 * for the disk twice a line. One group is written at a time; the next one gathers meanwhile.
 */
export function groupCommits(
  store: Pick<BatchStore, 'commit'>,
  id: string,
  budgets: Budgets,
): GroupCommits {
  let last: Promise<unknown> = Promise.resolve();
  let gathering: Group | undefined;
  /** Where lines under way were reserved of the key's budget: there it is corrected. */
  const windows = new Map<number, string>();

  const commit = ({ sending, failed, ended }: Group): Promise<Committed> =>
    throughOutage(() => store.commit(id, { sending, failed, ended, ...budgets }));

  function group(): Group {
    if (gathering && sizeOf(gathering) < groupLines) return gathering;
    const { promise: committed, resolve, reject } = Promise.withResolvers<Committed>();
    const own: Group = { sending: [], failed: [], ended: [], committed };
    gathering = own;
    const before = last;
    last = committed.catch(() => {});
    setTimeout(async () => {
      await before;
      if (gathering === own) gathering = undefined;
      commit(own).then(resolve, reject);
    }, groupMs);
    return own;
  }

  return {
    sending(line) {
      const { sending, committed } = group();
      sending.push(line);
      return committed.then(({ sent, isOverBudget, isOverKeyBudget, window }) => {
        if (!sent.has(line.seq)) {
          if (isOverBudget) return 'over budget';
          return isOverKeyBudget ? "over the key's budget" : 'taken';
        }
        if (window !== undefined) windows.set(line.seq, window);
        return 'sent';
      });
    },
    failed(line) {
      const { failed, committed } = group();
      failed.push({ ...line, window: windows.get(line.seq) });
      return committed;
    },
    ended(line) {
      const { ended, committed } = group();
      ended.push({ ...line, window: windows.get(line.seq) });
      windows.delete(line.seq);
      return committed;
    },
  };
}

function sizeOf({ sending, failed, ended }: Group): number {
  return sending.length + failed.length + ended.length;
}
