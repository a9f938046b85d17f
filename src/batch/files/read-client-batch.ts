import type { KnownProvider } from '../../calls/forward/read-incoming.ts';
import { BadBatchFile, type CheckedLine } from '../input/read-lines.ts';
import { readRequests } from '../input/read-requests.ts';
import type { BatchStore } from '../store/batch-store.ts';
import type { ClientBatchStore } from './client-batch-store.ts';
import type { FileStore } from './file-store.ts';
import type { ClientBatchState } from './file-tables.ts';

/** Where clients' batches and files are, with the batches themselves. */
export interface ClientBatches {
  readonly batches: BatchStore;
  readonly clients: ClientBatchStore;
  readonly files: FileStore;
}

/** What a client's file is checked against. */
export interface ReadClientBatchOptions {
  readonly providers: readonly KnownProvider[];
  /** Whether a model is one of those that the key may use. */
  readonly mayUse: (limits: { readonly models?: string[] }, model: string) => boolean;
}

/**
 * Checks the file of a client's batch, whole, and stores its lines.
 *
 * @returns where the batch stands after it; what is wrong with its file is recorded.
 */
export async function readClientBatch(
  { batches, clients, files }: ClientBatches,
  { providers, mayUse }: ReadClientBatchOptions,
  id: string,
): Promise<ClientBatchState> {
  const asked = await clients.read(id);
  if (!asked) return 'failed';
  // Cancelled meanwhile, or read by a worker that was lost before it could say so.
  if (asked.state !== 'validating') return asked.state;
  const { endpoint: url, tenant, input_file_id } = asked;
  const models: string[] | undefined = asked.models === null ? undefined : JSON.parse(asked.models);
  const pass = await batches.beginPass(id);
  const asks = new Set<string>();
  const store = (lines: readonly CheckedLine[]) => {
    // One is shown, and of several none.
    for (const { model } of lines) if (asks.size < 2) asks.add(model);
    return batches.addLines(id, pass, lines);
  };
  try {
    const file = await files.find(tenant, input_file_id);
    if (!file) throw new BadBatchFile([fileIsGone]);
    const mayAsk = (model: string) => mayUse(models === undefined ? {} : { models }, model);
    await readRequests(files.parts(file.id), { providers, url, mayAsk }, store);
  } catch (error) {
    if (!(error instanceof BadBatchFile)) throw error;
    await batches.dropLines(id);
    await clients.failed(id, error.problems);
    return 'failed';
  }
  await batches.endPass(id, pass);
  const [model = null] = asks.size === 1 ? asks : [];
  if (await clients.inProgress(id, model)) return 'in_progress';
  return (await clients.read(id))?.state ?? 'failed';
}

const fileIsGone = { line: 1, code: 'file_not_found', problem: 'the file was deleted' };
