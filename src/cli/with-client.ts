import type { Connected } from '../client/connect.ts';
import type { LedgerPlace } from '../client/through-worker.ts';
import { type ClientConfig, loadClientConfig } from '../config.ts';
import { connectTelling } from './connect-telling.ts';
import { notice } from './output.ts';

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

/** A workflow's address in the Temporal UI, or that of all; `undefined` where it is not known. */
type TemporalUi = (workflowId?: string) => string | undefined;

/**
 * Links into the Temporal UI. Temporal Cloud's UI is found by the server's address; any other has
 * to be configured.
 *
 * @param configured `HOLDFAST_UI_URL`
 */
export function temporalUi(
  configured: string | undefined,
  { address, namespace }: { readonly address: string; readonly namespace: string },
): TemporalUi {
  const isCloud = /\.(tmprl\.cloud|api\.temporal\.io)(:\d+)?$/.test(address);
  const base = configured ?? (isCloud ? 'https://cloud.temporal.io' : undefined);
  if (base === undefined) return () => undefined;
  const all = `${base.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows`;
  return (id) => (id === undefined ? all : `${all}/${encodeURIComponent(id)}`);
}
