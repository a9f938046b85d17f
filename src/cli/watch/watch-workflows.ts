import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { createLogUpdate } from 'log-update';
import { type PollOptions, pollStatuses, type StatusRound } from '../../client/poll-statuses.ts';
import type { WorkflowStatus } from '../../client/status.ts';
import { printableJson } from '../printable.ts';
import { renderStatusTable } from './render-status-table.ts';
import { changeKey, statusLine } from './status-line.ts';

/** What is watched, and how it is shown. */
export interface WatchOptions extends PollOptions {
  /** Standard output by default. */
  readonly stream?: NodeJS.WriteStream;
  /** `table` redraws, the others print changes. Default: `table` on a terminal, else `lines`. */
  readonly show?: 'table' | 'lines' | 'json';
  /** Lines under the table's totals: where the Temporal UI is. */
  readonly footer?: readonly string[];
  /** Called with every round, for those who show or count something else. */
  readonly onRound?: (round: StatusRound) => void;
}

/** The countdowns move this often; the server is asked less often. */
const redrawMs = 200;

/**
 * Shows where workflows stand until all are closed or the signal aborts, and returns how they were
 * last seen. The terminal is left as it was, with the last table in it.
 *
 * @throws ClientError `not found` for an id that does not exist, unless `awaitMissing`.
 */
export async function watchWorkflows(
  client: Client,
  options: WatchOptions,
): Promise<readonly WorkflowStatus[]> {
  const { stream = process.stdout } = options;
  const show = options.show ?? (stream.isTTY ? 'table' : 'lines');
  const view =
    show === 'table'
      ? tableView(stream, options.footer ?? [])
      : changesView(stream, show === 'json' ? jsonLine : statusLine);
  let last: StatusRound = { statuses: [], missing: [] };
  try {
    for await (const round of pollStatuses(client, options)) {
      last = round;
      view.show(round);
      options.onRound?.(round);
    }
  } finally {
    await view.end();
  }
  return last.statuses;
}

interface View {
  readonly show: (round: StatusRound) => void;
  readonly end: () => Promise<void> | void;
}

function tableView(stream: NodeJS.WriteStream, footer: readonly string[]): View {
  const update = createLogUpdate(stream);
  const stop = new AbortController();
  let round: StatusRound | undefined;
  const table = (height?: number) => {
    if (!round) return '';
    const { statuses, missing, unreachableSince } = round;
    const notes = [
      ...(missing.length > 0 ? [`${missing.length} not started yet`] : []),
      ...(unreachableSince ? [unreachableNote(unreachableSince)] : []),
    ];
    return renderStatusTable(statuses, {
      // One column is left free: some terminals wrap a line that is just as wide as they are.
      width: (stream.columns ?? 80) - 1,
      now: new Date(),
      colors: stream.hasColors?.() ?? false,
      footer: [...notes, ...footer],
      ...(height !== undefined && { height }),
    });
  };
  const redrawing = (async () => {
    while (!stop.signal.aborted) {
      if (round) update(table((stream.rows ?? 24) - 1));
      await sleep(redrawMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    show: (next) => {
      round = next;
    },
    async end() {
      stop.abort();
      await redrawing;
      update.clear();
      update.done();
      // Whole, now that it need not fit the screen.
      if (round) stream.write(`${table()}\n`);
    },
  };
}

/** Prints what has changed since the last round. */
function changesView(
  stream: NodeJS.WriteStream,
  line: (status: WorkflowStatus, now: Date) => string,
): View {
  const printed = new Map<string, string>();
  let unreachable = false;
  return {
    show({ statuses, unreachableSince }) {
      if (unreachableSince && !unreachable) {
        process.stderr.write(`${unreachableNote(unreachableSince)}\n`);
      }
      unreachable = unreachableSince !== undefined;
      for (const status of statuses) {
        const key = changeKey(status);
        if (printed.get(status.workflowId) === key) continue;
        printed.set(status.workflowId, key);
        stream.write(`${line(status, new Date())}\n`);
      }
    },
    end() {},
  };
}

const jsonLine: typeof statusLine = (status, now) =>
  printableJson({ at: now.toISOString(), ...status });

function unreachableNote(since: Date): string {
  return `the Temporal server has not answered since ${since.toISOString().slice(11, 19)} UTC; trying again`;
}
