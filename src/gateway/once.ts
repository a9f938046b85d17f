import type { IncomingHttpHeaders } from 'node:http';
import { NotForwardable } from '../calls/forward/read-incoming.ts';
import type { Admission } from './admit.ts';
import type { Reserved } from './store/key-store.ts';
import type { NewRequest } from './store/new-request.ts';
import type { RequestStore } from './store/request-store.ts';
import type { StoredRequest } from './store/stored-request.ts';

type Admitted = Extract<Admission, { readonly kind: 'go' }>;
type Refused = Exclude<Admission, Admitted>;

/** Whether a request is new, or the same as one that is there. */
export type Found =
  | { readonly kind: 'new'; readonly admission: Admitted }
  /** It is new, and its key may not make it now. */
  | { readonly kind: 'refused'; readonly admission: Refused }
  /** Its record is there: it is waited for, or read. */
  | { readonly kind: 'same'; readonly row: StoredRequest; readonly isReplay: boolean };

/** For so long an equal request gets the final failure that the one before it got. */
const failureLastsMs = 10_000;

/** The settings of {@link findOrBegin}. */
export interface OnceSettings {
  /** Whether requests without a key may claim the record of one whose client is gone. */
  readonly claims: boolean;
}

/**
 * Finds the record of a request, or makes it. Clients that send an `Idempotency-Key` are told apart by
 * it. OpenAI's own SDKs send none, but they say how often they have tried: a request that is a retry
 * takes the record of one whose client is gone, and each record is taken once, so that eight equal
 * requests and a lost connection are eight answers.
 *
 * @param admit counts it against its key's limits; what is recorded already is there for any key.
 * @param settle takes back what was counted of a request that is not made.
 */
export async function findOrBegin(
  store: RequestStore,
  request: NewRequest,
  retryCount: number,
  { claims }: OnceSettings,
  admit: () => Promise<Admission>,
  settle: (reserved: Reserved) => Promise<void>,
): Promise<Found> {
  const { tenant, apiKey, fingerprint, idempotencyKey } = request;
  const same = { tenant, apiKey, fingerprint };
  const hasTraces = claims && (await store.hasTraces(same, failureLastsMs));
  if (hasTraces) {
    // Frameworks repeat by themselves what was refused for good, with a key or without.
    const failed = await store.failedJustNow(same, failureLastsMs);
    if (failed) return { kind: 'same', row: failed, isReplay: true };
  }
  if (hasTraces && idempotencyKey === null) {
    const claimed = await store.claim(same, { onlyBroken: retryCount === 0 });
    if (claimed) return { kind: 'same', row: claimed, isReplay: false };
  }
  const admission = await admit();
  const isNew = async () => {
    if (admission.kind !== 'go') return false;
    return store.begin({ ...request, reserved: admission.reserved });
  };
  while (!(await isNew())) {
    const row = idempotencyKey === null ? undefined : await store.readByKey(tenant, idempotencyKey);
    if (admission.kind !== 'go' && (!row || mayRunAgain(row)))
      return { kind: 'refused', admission };
    // Deleted between the two statements, by a retention that is shorter than this moment.
    if (!row) continue;
    const isSame = row.fingerprint === fingerprint;
    if (isSame && mayRunAgain(row)) {
      await store.forget(row.id);
      continue;
    }
    // It was there: nothing is used but a request.
    if (admission.kind === 'go' && admission.reserved) await settle(admission.reserved);
    if (isSame) return { kind: 'same', row, isReplay: row.ended_at_ms !== null };
    throw new NotForwardable(
      `the idempotency key ${idempotencyKey} was used for another request; use another key, or send the same path and body`,
      422,
    );
  }
  return { kind: 'new', admission: admission as Admitted };
}

/** A call that ended without an answer, and that nobody was billed for, may be made under its key again. */
function mayRunAgain({ state, possibly_billed }: StoredRequest): boolean {
  return state === 'failed' && possibly_billed === 0;
}

/** The client's key: as it is, or a quoted string of structured fields. */
export function idempotencyKeyIn(headers: IncomingHttpHeaders): string | null {
  const header = headers['idempotency-key'];
  if (header === undefined) return null;
  const text = String(header).trim();
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1]?.replace(/\\(.)/g, '$1');
  const key = quoted ?? text;
  if (key === '' || key.length > 255) {
    throw new NotForwardable('Idempotency-Key must have 1 to 255 characters');
  }
  return key;
}

/** How often an SDK of OpenAI or Anthropic has tried already, by its own count. */
export function retryCountIn(headers: IncomingHttpHeaders): number {
  const count = Number(headers['x-stainless-retry-count']);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

const defaultTimeoutMs = 10 * 60_000;
const longestTimeoutMs = 24 * 3_600_000;

/** How long a client waits by its own word, in milliseconds. */
export function clientTimeoutMs(headers: IncomingHttpHeaders): number {
  const seconds = Number(headers['x-stainless-timeout']);
  if (!Number.isFinite(seconds) || seconds <= 0) return defaultTimeoutMs;
  return Math.min(Math.ceil(seconds * 1000), longestTimeoutMs);
}
