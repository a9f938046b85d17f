import { randomBytes } from 'node:crypto';
import { type KnownProvider, readIncoming } from '../../calls/forward/read-incoming.ts';
import type { RangeInput, RangeResult } from '../../wire/batch.ts';
import { mostForwarded } from '../../wire/estimate-tokens.ts';
import { incomingOf } from '../input/read-requests.ts';
import { overBudget } from '../run/run-line.ts';
import type { BatchStore } from '../store/batch-store.ts';
import { halfCostNano } from './half-price.ts';
import { type LineToSubmit, type ProviderBatches, ProviderRefused } from './provider-batches.ts';
import { type Submission, type SubmissionStore, submissionPrefix } from './submission-store.ts';

/** What lines are submitted with. */
export interface SubmitDependencies {
  readonly batches: BatchStore;
  readonly submissions: SubmissionStore;
  readonly providers: readonly KnownProvider[];
  /** A provider's own Batch API, where it has one. */
  readonly apiOf: (provider: string) => ProviderBatches | undefined;
}

/** What rules it. */
export type SubmitInput = Pick<RangeInput, 'id' | 'policy' | 'maximumCostNano'>;
/** Why nothing more is to be submitted. */
export type Stop = Extract<RangeResult, { kind: 'stopped' }>;

const linesAtOnce = 500;

/** Submits what was never submitted of a batch, in files as the provider takes them. */
export async function submitLines(
  dependencies: SubmitDependencies,
  input: SubmitInput,
  stopping: AbortSignal,
): Promise<Stop | undefined> {
  const { submissions } = dependencies;
  for (;;) {
    if (stopping.aborted) return undefined;
    const part = await nextPart(dependencies, input);
    if (!part) return undefined;
    if (!(await submissions.intend({ ...part, maximumCostNano: input.maximumCostNano }))) {
      return { ...overBudget, model: part.provider };
    }
    const intended = { ...part, state: 'intended', remote_id: null, created_at_ms: 0 } as const;
    const stop = await stoppedBy(part, () => submit(dependencies, intended));
    if (stop) return stop;
  }
}

/** What a person cures is told as such: the intent stays, and is gone on with. */
async function stoppedBy(
  { provider }: Pick<Submission, 'provider'>,
  work: () => Promise<void>,
): Promise<Stop | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error;
    const type =
      error.status === 401
        ? 'InvalidCredentials'
        : error.status === 403
          ? 'PermissionDenied'
          : 'InvalidRequest';
    return { kind: 'stopped', type, message: error.message, model: provider };
  }
}

async function submit(
  { submissions, apiOf, providers }: SubmitDependencies,
  submission: Submission,
): Promise<void> {
  const api = apiOf(submission.provider);
  if (!api) throw new ProviderRefused(400, `${submission.provider} has no Batch API`);
  const made = await api.create(submission.id, submission.url, lines());
  await submissions.submitted(submission.id, made.id);

  async function* lines(): AsyncGenerator<LineToSubmit> {
    let after = 0;
    for (;;) {
      const some = await submissions.lines(submission, after, linesAtOnce);
      for (const { seq, url, body } of some) {
        yield {
          customId: lineName(submission.id, seq),
          url,
          body: readIncoming(incomingOf(url, body), providers).body,
        };
      }
      if (some.length < linesAtOnce) return;
      after = Number(some.at(-1)?.seq);
    }
  }
}

/**
 * The name of a line at a provider: it tells the submission, and keeps to limits that a `custom_id` of
 * ours has not.
 */
const lineName = (submission: string, seq: number) => `${submission}_${seq}`;
/** The line of a name. */
export const seqOf = (name: string) => Number(name.slice(name.indexOf('_') + 1));

/** Lines of one provider, model and url: files of OpenAI's hold one model. */
async function nextPart({ submissions, providers, apiOf }: SubmitDependencies, input: SubmitInput) {
  const { id: batch_id, policy } = input;
  const id = `${submissionPrefix}${randomBytes(12).toString('hex')}`;
  let part: { provider: string; url: string; model: string; api: ProviderBatches } | undefined;
  const lines = [];
  let bytes = 0;
  let after = 0;
  for (;;) {
    const some = await submissions.waiting(batch_id, after, linesAtOnce);
    for (const { seq, url, body } of some) {
      const { request, body: sent } = readIncoming(incomingOf(url, body), providers);
      const { provider, model } = request;
      const api = apiOf(provider);
      if (!api) continue;
      part ??= { provider, url, model, api };
      if (part.model !== model || part.url !== url) continue;
      // What stands around the body is short.
      bytes += sent.byteLength + 200;
      const isFull = lines.length >= api.mostLines || bytes > api.mostBytes;
      if (isFull) return { id, batch_id, provider: part.provider, url: part.url, lines };
      const most = mostForwarded(sent.byteLength, request.maximumOutputTokens);
      const reservedNano = halfCostNano(most, policy.prices[model]);
      lines.push({ seq: Number(seq), owner: id, isAfterLost: false, reservedNano });
    }
    if (some.length < linesAtOnce) break;
    after = Number(some.at(-1)?.seq);
  }
  return part && { id, batch_id, provider: part.provider, url: part.url, lines };
}
