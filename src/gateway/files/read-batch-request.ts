import type { NewClientBatch } from '../../batch/files/client-batch-store.ts';
import { batchUrls } from '../../batch/input/read-lines.ts';
import { NotForwardable } from '../../calls/forward/read-incoming.ts';
import { asFields, parseJson } from '../../calls/provider/families/read-json.ts';
import { keptMsOf } from './expires-after.ts';

/** What a client asks for with `POST /v1/batches`. */
export type BatchRequest = Omit<NewClientBatch, 'id' | 'tenant' | 'models' | 'budget'>;

const unitsMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 24 * 3_600_000,
};
const longestWindowMs = 30 * 24 * 3_600_000;

/**
 * Reads the request for a batch. OpenAI knows one window, `24h`; here any may be asked for, up to 30 days.
 *
 * @throws NotForwardable
 */
export function readBatchRequest(body: Uint8Array): BatchRequest {
  const asked = asFields(parseJson(Buffer.from(body).toString('utf8')));
  const { input_file_id, endpoint, completion_window, output_expires_after } = asked;
  if (typeof input_file_id !== 'string') {
    throw new NotForwardable('it must be the id of a file', 400, 'input_file_id');
  }
  const url = batchUrls.find((each) => each === endpoint);
  if (!url) throw new NotForwardable(`it must be one of ${batchUrls.join(', ')}`, 400, 'endpoint');
  const [, count = '', unit = ''] = /^(\d{1,7})([smhd])$/.exec(String(completion_window)) ?? [];
  const windowMs = Number(count) * (unitsMs[unit] ?? 0);
  if (windowMs <= 0 || windowMs > longestWindowMs) {
    throw new NotForwardable('it must be like 24h or 7d, up to 30d', 400, 'completion_window');
  }
  const { anchor, seconds } = asFields(output_expires_after);
  return {
    ...{ input_file_id, endpoint: url, completion_window: String(completion_window), windowMs },
    metadata: metadataOf(asked.metadata),
    files_expire_after_ms: keptMsOf(anchor, seconds) ?? null,
  };
}

/** JSON text; 16 pairs of texts, of at most 64 and 512 characters. */
function metadataOf(metadata: unknown): string | null {
  if (metadata === undefined || metadata === null) return null;
  const pairs = Object.entries(asFields(metadata));
  const isGood =
    typeof metadata === 'object' &&
    pairs.length <= 16 &&
    pairs.every(([key, value]) => {
      return key.length <= 64 && typeof value === 'string' && value.length <= 512;
    });
  if (isGood) return JSON.stringify(metadata);
  const sentence = 'it may have 16 pairs of texts: names of 64 characters, values of 512';
  throw new NotForwardable(sentence, 400, 'metadata');
}
