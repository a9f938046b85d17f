import pc from 'picocolors';
import { demoFaults } from '../sandbox/demo-faults.ts';
import { faultsWithCrash } from './crash-midway.ts';
import { demoOverridesInWords } from './demo-policies.ts';
import { runMessages } from './messages-demo.ts';
import { runOrders } from './orders-demo.ts';
import type { MessageFile } from './read-messages.ts';
import { stayUp } from './stay-up.ts';
import { startWorld, type World } from './world.ts';

/** Writes a line; an empty one without an argument. */
export type Say = (line?: string) => void;

/** What is shown: messages, when there is a file of them, otherwise the orders. */
export interface Demonstration {
  readonly file?: MessageFile;
  /** The user's own model, for messages. */
  readonly model?: string;
}

/**
 * Starts everything, shows the demo, and at a terminal leaves it all running until the signal
 * aborts.
 *
 * @returns whether every count is right.
 */
export async function demonstrate(
  { file, model }: Demonstration,
  cleanups: AsyncDisposableStack,
  say: Say,
  signal: AbortSignal,
): Promise<boolean> {
  const world = await startWorld(cleanups, {
    faults: file ? demoFaults : faultsWithCrash,
    ownModel: model !== undefined,
  });
  introduce(world, model, say);
  const isRight = file
    ? await runMessages(world, file, model, say, signal)
    : await runOrders(world, say, signal);
  if (process.stdout.isTTY && process.stdin.isTTY) {
    await stayUp(world, file ? `msg-${file.messages[0]?.line}` : 'order-1004', say, signal);
  }
  return isRight;
}

function introduce({ temporal, worker }: World, model: string | undefined, say: Say): void {
  const provider = model
    ? `your own, ${model}: no faults are added`
    : 'a sandbox on this machine: 429, 503, hangs, cut connections, broken JSON, wrong shapes';
  const policies = model
    ? "the catalogue's"
    : `the catalogue's, but for this demo: ${demoOverridesInWords}`;
  for (const [name, value] of Object.entries({
    'Temporal UI': temporal.uiUrl,
    Worker: `pid ${worker().pid}`,
    Model: provider,
    ...(!model && { 'Stripe, GitHub': 'the sandbox as well; nothing leaves this machine' }),
    Policies: policies,
  })) {
    say(`${pc.dim(name.padEnd(16))}${value}`);
  }
  say();
}
