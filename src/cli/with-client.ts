import { type Connected, connect } from '../client/connect.ts';
import { type ClientConfig, loadClientConfig } from '../config.ts';
import { type TemporalUi, temporalUi } from './temporal-ui.ts';

/** What a command that talks to the server is given. */
export interface CommandContext extends Connected {
  readonly config: ClientConfig;
  readonly ui: TemporalUi;
}

/** Connects for the time of a command. */
export async function withClient<T>(work: (context: CommandContext) => Promise<T>): Promise<T> {
  // First, since it loads `.env`, where Temporal's variables may be.
  const config = loadClientConfig();
  const connected = await connect();
  try {
    return await work({ ...connected, config, ui: temporalUi(config.HOLDFAST_UI_URL, connected) });
  } finally {
    await connected.close();
  }
}
