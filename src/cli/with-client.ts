import type { Connected } from '../client/connect.ts';
import type { LedgerPlace } from '../client/through-worker.ts';
import { type ClientConfig, loadClientConfig } from '../config.ts';
import { connectTelling } from './connect-telling.ts';
import { notice } from './output.ts';
import { type TemporalUi, temporalUi } from './temporal-ui.ts';

/** What a command that talks to the server is given. */
export interface CommandContext extends Connected {
  readonly config: ClientConfig;
  /** Where the workers are that this command asks. */
  readonly place: LedgerPlace;
  readonly ui: TemporalUi;
}

/** Connects for the time of a command. */
export async function withClient<T>(work: (context: CommandContext) => Promise<T>): Promise<T> {
  // First, since it loads `.env`, where Temporal's variables may be.
  const config = loadClientConfig();
  const json = process.argv.includes('--json');
  for (const warning of config.warnings) notice(warning, { json });
  const connected = await connectTelling({ json });
  // Left open until the command has ended its process: Temporal's client tries a question that nobody
  // answers again after a while, and on a closed connection that throws where no one can catch it.
  return work({
    ...connected,
    config,
    place: { taskQueue: config.HOLDFAST_TASK_QUEUE },
    ui: temporalUi(config.HOLDFAST_UI_URL, connected),
  });
}
