import { asFields, parseJson } from '../../calls/provider/families/read-json.ts';
import { resultLine } from '../output/result-line.ts';
import type { LineEnd } from '../store/batch-changes.ts';
import type { BatchStore, LineResult } from '../store/batch-store.ts';
import type { StoredBatch } from '../store/batch-tables.ts';
import type { ClientBatchEnd } from './client-batch-store.ts';
import type { ClientBatches } from './read-client-batch.ts';

const linesAtOnce = 500;

/** What became of lines that were never sent, in OpenAI's words for it. */
const notSent: Readonly<Record<Exclude<ClientBatchEnd, 'completed'>, [string, string]>> = {
  expired: ['batch_expired', 'the completion window ended before this request was made'],
  cancelled: ['batch_cancelled', 'the batch was cancelled before this request was made'],
  failed: ['batch_failed', 'the batch was ended before this request was made'],
};

/**
 * Ends a client's batch: lines without an end get one, what was paid is summed up, and its results
 * become files. All of it may be done again.
 *
 * @param why what a person said no more line is to be sent for.
 */
export async function endClientBatch(
  { batches, clients, files }: ClientBatches,
  id: string,
  how: ClientBatchEnd,
  why?: { readonly code: string; readonly problem: string },
): Promise<void> {
  await clients.finalizing(id);
  if (how !== 'completed') await endOpenLines(batches, id, ...notSent[how]);
  const batch = await batches.read(id);
  const asked = await clients.read(id);
  if (!batch || !asked) return;
  const { bytes, cached, reasoning } = await measure(batches, batch);
  const [input, output] = [Number(batch.input_tokens), Number(batch.output_tokens)];
  const keep = async (part: 'answered' | 'failed', prefix: string) => {
    if (bytes[part] === 0) return null;
    const file = `file-${prefix}${id.replace('batch_', '')}`;
    const filename = `${id}_${part === 'answered' ? 'output' : 'error'}.jsonl`;
    const { tenant, files_expire_after_ms: keptMs } = asked;
    await files.ofBatch({ id: file, tenant, filename, bytes: bytes[part] }, id, part, keptMs);
    return file;
  };
  const results = {
    output_file_id: await keep('answered', 'out'),
    error_file_id: await keep('failed', 'err'),
    usage: JSON.stringify({
      ...{ input_tokens: input, input_tokens_details: { cached_tokens: cached } },
      ...{ output_tokens: output, output_tokens_details: { reasoning_tokens: reasoning } },
      total_tokens: input + output,
    }),
  };
  await batches.mark(id, how === 'completed' ? 'ended' : 'cancelled');
  await clients.end(id, how, { ...results, ...(why && { errors: JSON.stringify([why]) }) });
}

/** Lines that were not sent, or whose answer nobody waits for any more. */
async function endOpenLines(store: BatchStore, id: string, code: string, message: string) {
  for (;;) {
    const everything = { from: 0, to: Number.MAX_SAFE_INTEGER };
    const open = await store.openLines(id, everything, linesAtOnce);
    if (open.length === 0) return;
    const ended = open.map(
      ({ seq, state }): LineEnd => ({
        ...{ seq, state: 'failed', status: null, requestId: null, answer: null },
        ...{ errorCode: code, errorMessage: message },
        ...{ isPossiblyBilled: state === 'sent', inputTokens: 0, outputTokens: 0, costNano: 0 },
        releasedNano: 0,
      }),
    );
    await store.commit(id, { sending: [], failed: [], ended });
  }
}

/** How large the files of results are, and what only answers themselves say of their tokens. */
async function measure(store: BatchStore, batch: StoredBatch) {
  const bytes = { answered: 0, failed: 0 };
  let [cached, reasoning] = [0, 0];
  for await (const result of resultsOf(store, batch)) {
    const part = result.state === 'answered' ? 'answered' : 'failed';
    bytes[part] += Buffer.byteLength(resultLine(batch.id, result));
    if (part === 'failed' || !result.answer) continue;
    const usage = asFields(asFields(parseJson(Buffer.from(result.answer).toString('utf8'))).usage);
    const ofInput = asFields(usage.prompt_tokens_details ?? usage.input_tokens_details);
    const ofOutput = asFields(usage.completion_tokens_details ?? usage.output_tokens_details);
    cached += Number(ofInput.cached_tokens ?? 0);
    reasoning += Number(ofOutput.reasoning_tokens ?? 0);
  }
  return { bytes, cached, reasoning };
}

/** All lines of a batch that have ended, in the order of its file. */
export async function* resultsOf(
  store: Pick<BatchStore, 'resultsInOrder'>,
  batch: Pick<StoredBatch, 'id'>,
): AsyncGenerator<LineResult> {
  let after: LineResult | undefined;
  for (;;) {
    const some: LineResult[] = await store.resultsInOrder(batch.id, after, linesAtOnce);
    for (const result of some) if (result.nth !== null) yield result;
    if (some.length < linesAtOnce) return;
    after = some.at(-1);
  }
}
