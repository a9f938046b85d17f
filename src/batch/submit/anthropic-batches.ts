import type { ForwardProvider } from '../../calls/forward/forward-attempt.ts';
import { fieldValue, topLevelFields } from '../../calls/forward/top-level-fields.ts';
import { asFields, asText } from '../../calls/provider/families/read-json.ts';
import { linesOf } from '../input/read-lines.ts';
import type { LineToSubmit, ProviderBatch, ProviderBatches } from './provider-batches.ts';
import { providerRequests, transferMs } from './provider-requests.ts';

const path = '/v1/messages/batches';
const headers = { 'anthropic-version': '2023-06-01' };
/** Clocks differ: what is a little older is looked at too. */
const clocksDifferMs = 600_000;

/**
 * Anthropic's Message Batches: at most 100,000 requests and 256 MB
 * (https://platform.claude.com/docs/en/build-with-claude/batch-processing). They carry no metadata: a
 * submission is found again by the names of its lines, which only a batch that has ended shows.
 */
export function anthropicBatches(provider: ForwardProvider): ProviderBatches {
  const { request, json } = providerRequests(provider, 'messages');

  async function* results(id: string): AsyncGenerator<Buffer> {
    const response = await request(`${path}/${id}/results`, { headers, withinMs: transferMs });
    for await (const part of response.body ?? []) yield Buffer.from(part);
  }

  /** Whether its lines are those of the submission. */
  async function isOf(name: string, id: string): Promise<boolean> {
    for await (const line of linesOf(results(id))) {
      return asText(fieldValue(line, topLevelFields(line), 'custom_id')).startsWith(`${name}_`);
    }
    return false;
  }

  return {
    mostLines: 100_000,
    mostBytes: 256_000_000,
    create: async (_, __, lines) =>
      batchOf(
        await json(path, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: ReadableStream.from(requestsOf(lines)),
          duplex: 'half',
          withinMs: transferMs,
        } as RequestInit),
      ),
    async find(name, sinceMs) {
      let after = '';
      let isUndecided = false;
      for (;;) {
        const page = await json(`${path}?limit=100${after && `&after_id=${after}`}`, { headers });
        const batches = (page.data as unknown[]).map((each) => batchOf(asFields(each)));
        // The latest ones come first.
        const young = batches.filter((each) => each.createdAtMs > sinceMs - clocksDifferMs);
        for (const batch of young) {
          if (batch.state === 'running') isUndecided = true;
          else if (await isOf(name, batch.id)) return batch;
        }
        if (young.length < batches.length || page.has_more !== true) break;
        after = asText(page.last_id);
      }
      return isUndecided ? 'undecided' : undefined;
    },
    read: async (id) => batchOf(await json(`${path}/${id}`, { headers })),
    async cancel(id) {
      await request(`${path}/${id}/cancel`, { method: 'POST', headers });
    },
    results,
  };
}

/** The body of a request for a batch, as it is made: it is never whole in memory. */
async function* requestsOf(lines: AsyncIterable<LineToSubmit>): AsyncGenerator<Buffer> {
  let before = '{"requests":[';
  for await (const { customId, body } of lines) {
    yield Buffer.from(`${before}{"custom_id":${JSON.stringify(customId)},"params":`);
    yield Buffer.from(body);
    before = '},';
  }
  yield Buffer.from('}]}');
}

function batchOf(batch: Record<string, unknown>): ProviderBatch {
  const id = asText(batch.id);
  const hasEnded = batch.processing_status === 'ended';
  return {
    ...{ id, state: hasEnded ? 'ended' : 'running', files: hasEnded ? [id] : [] },
    ...(asText(batch.cancel_initiated_at) && { cutShort: 'cancelled' as const }),
    createdAtMs: Date.parse(asText(batch.created_at)),
  };
}
