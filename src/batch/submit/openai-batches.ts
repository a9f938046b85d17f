import { randomBytes } from 'node:crypto';
import type { ForwardProvider } from '../../calls/forward/forward-attempt.ts';
import { asFields, asText } from '../../calls/provider/families/read-json.ts';
import type { LineToSubmit, ProviderBatch, ProviderBatches } from './provider-batches.ts';
import { providerRequests, transferMs } from './provider-requests.ts';

/** Of a batch's metadata: the name of a submission. */
const nameField = 'holdfast_submission';
/** Clocks differ: it is looked for among older ones too. */
const clocksDifferMs = 3_600_000;
const ended = ['completed', 'expired', 'cancelled', 'failed'];

/**
 * The Batch API of OpenAI, and of whoever has the same: a file of at most 50,000 lines and 200 MB, made
 * into a batch that carries the submission's name in its metadata
 * (https://developers.openai.com/api/reference/resources/batches/methods/create).
 */
export function openaiBatches(provider: ForwardProvider): ProviderBatches {
  const { request, json } = providerRequests(provider, 'chat');

  async function upload(name: string, lines: AsyncIterable<LineToSubmit>): Promise<string> {
    const boundary = `holdfast-${randomBytes(12).toString('hex')}`;
    const file = await json('/files', {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: ReadableStream.from(formOf(boundary, `${name}.jsonl`, lines)),
      duplex: 'half',
      withinMs: transferMs,
    } as RequestInit);
    return asText(file.id);
  }

  return {
    mostLines: 50_000,
    mostBytes: 200_000_000,
    async create(name, url, lines) {
      const input_file_id = await upload(name, lines);
      const asked = { input_file_id, endpoint: url, completion_window: '24h' };
      return batchOf(
        await json('/batches', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ...asked, metadata: { [nameField]: name } }),
        }),
      );
    },
    async find(name, sinceMs) {
      let after = '';
      for (;;) {
        const page = await json(`/batches?limit=100${after && `&after=${after}`}`);
        const batches = (page.data as unknown[]).map(asFields);
        const found = batches.find(({ metadata }) => asFields(metadata)[nameField] === name);
        if (found) return batchOf(found);
        const last = batches.at(-1);
        if (!last || page.has_more !== true) return undefined;
        // The latest ones come first.
        if (batchOf(last).createdAtMs < sinceMs - clocksDifferMs) return undefined;
        after = asText(last.id);
      }
    },
    read: async (id) => batchOf(await json(`/batches/${id}`)),
    async cancel(id) {
      await request(`/batches/${id}/cancel`, { method: 'POST' });
    },
    async *results(file) {
      const response = await request(`/files/${file}/content`, { withinMs: transferMs });
      for await (const part of response.body ?? []) yield Buffer.from(part);
    },
  };
}

/** A multipart form with the file as it is made: it is never whole in memory. */
async function* formOf(boundary: string, filename: string, lines: AsyncIterable<LineToSubmit>) {
  const part = (head: string) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n`;
  yield Buffer.from(`${part('name="purpose"')}\r\nbatch\r\n`);
  yield Buffer.from(
    `${part(`name="file"; filename="${filename}"`)}Content-Type: application/jsonl\r\n\r\n`,
  );
  for await (const line of lines) yield lineBytes(line);
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

/** The body's own bytes stay what they are. */
function lineBytes({ customId, url, body }: LineToSubmit): Buffer {
  const head = `{"custom_id":${JSON.stringify(customId)},"method":"POST","url":"${url}","body":`;
  return Buffer.concat([Buffer.from(head), body, Buffer.from('}\n')]);
}

function batchOf(batch: Record<string, unknown>): ProviderBatch {
  const { data } = asFields(batch.errors);
  const first = asFields(Array.isArray(data) ? data[0] : undefined);
  const line = typeof first.line === 'number' ? ` (line ${first.line} of its file)` : '';
  const code = asText(first.code) || 'failed';
  return {
    id: asText(batch.id),
    state: ended.includes(asText(batch.status)) ? 'ended' : 'running',
    ...((batch.status === 'expired' || batch.status === 'cancelled') && {
      cutShort: batch.status,
    }),
    ...(batch.status === 'failed' && {
      refusal: {
        code,
        message: `${asText(first.message) || 'the provider refused the file'}${line}`,
        isForNow: code === 'token_limit_exceeded',
      },
    }),
    files: [batch.output_file_id, batch.error_file_id].map(asText).filter((id) => id !== ''),
    createdAtMs: Number(batch.created_at) * 1000,
  };
}
