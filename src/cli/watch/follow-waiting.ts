import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { createLogUpdate } from 'log-update';
import { pollStatuses } from '../../client/poll-statuses.ts';
import type { WorkflowStatus } from '../../client/status.ts';
import { stateOf } from './describe-status.ts';
import { fitLine } from './render-status-table.ts';
import { changeKey, liveLine, statusLine } from './status-line.ts';

const redrawMs = 200;
/** A workflow that is soon done is not spoken of. */
const quietMs = 1000;

/**
 * Tells somebody who waits for a result what it waits for, until the signal aborts: at a terminal one
 * line that is drawn anew and leaves nothing behind, elsewhere a line for each change that keeps it
 * from its end. Never fails: the result is what was asked for.
 */
export async function followWaiting(
  client: Client,
  id: string,
  signal: AbortSignal,
  stream: NodeJS.WriteStream = process.stderr,
): Promise<void> {
  await sleep(quietMs, undefined, { signal }).catch(() => undefined);
  const view = stream.isTTY ? drawnAnew(stream, signal) : plainLines(stream);
  try {
    for await (const { statuses } of pollStatuses(client, { ids: [id], signal })) {
      const [status] = statuses;
      if (status && !signal.aborted) view.show(status);
    }
  } catch {
    // Whoever waits for the result is told why that cannot be had.
  } finally {
    view.end();
  }
}

function drawnAnew(stream: NodeJS.WriteStream, signal: AbortSignal) {
  const update = createLogUpdate(stream);
  let last: WorkflowStatus | undefined;
  const draw = () => {
    // One column is left free: some terminals wrap a line that is just as wide as they are.
    const width = (stream.columns ?? 80) - 1;
    if (last && !signal.aborted) update(fitLine(liveLine(last, new Date()), width));
  };
  const timer = setInterval(draw, redrawMs);
  return {
    show(status: WorkflowStatus) {
      last = status;
      draw();
    },
    end() {
      clearInterval(timer);
      update.clear();
      update.done();
    },
  };
}

function plainLines(stream: NodeJS.WriteStream) {
  let printed = '';
  return {
    show(status: WorkflowStatus) {
      const key = changeKey(status);
      // Why it cannot go on at all is how the waiting ends.
      if (status.stuck !== undefined) return;
      if (key === printed || !['held', 'retrying'].includes(stateOf(status))) return;
      printed = key;
      stream.write(`${statusLine(status, new Date())}\n`);
    },
    end() {},
  };
}
