import { answerReaders } from '../../calls/forward/answer-reader.ts';
import { readIncoming } from '../../calls/forward/read-incoming.ts';
import { fieldValue, topLevelFields } from '../../calls/forward/top-level-fields.ts';
import { asFields, asText, parseJson } from '../../calls/provider/families/read-json.ts';
import type { Usage } from '../../policies/call-costs.ts';
import { mostForwarded } from '../../wire/estimate-tokens.ts';
import { linesOf } from '../input/read-lines.ts';
import { incomingOf } from '../input/read-requests.ts';
import type { FailedTry, LineEnd } from '../store/batch-changes.ts';
import { findSubmission } from './find-submission.ts';
import { halfCostNano } from './half-price.ts';
import type { Submission, SubmittedLine } from './submission-store.ts';
import { type SubmitDependencies, type SubmitInput, seqOf } from './submit-lines.ts';

const linesAtOnce = 500;
const notRun = 'batch_cancelled';

/** Rules of the end of a line that was submitted. */
export interface CollectInput extends SubmitInput {
  /** What failed at the provider, or was not run there, is run live. */
  readonly thenLive: boolean;
}

/**
 * Takes the results of submissions that have ended, each line by its name.
 *
 * @returns how many are still at their providers.
 */
export async function collectLines(
  dependencies: SubmitDependencies,
  input: CollectInput,
): Promise<number> {
  const { submissions, apiOf } = dependencies;
  let running = 0;
  for (const each of await submissions.open(input.id)) {
    const api = apiOf(each.provider);
    const remoteId = await findSubmission(dependencies, each);
    if (remoteId === undefined) {
      await giveBack(dependencies, input, each, noResult.ended);
      continue;
    }
    const remote = remoteId === 'undecided' ? undefined : await api?.read(remoteId);
    if (!api || remote?.state !== 'ended') {
      running += 1;
      continue;
    }
    if (remote.refusal?.isForNow) {
      // Not a line of it was run; what else is there may make room.
      await giveBack(dependencies, input, each, remote.refusal);
      running += 1;
      continue;
    }
    for (const file of remote.files) {
      await collectFile(dependencies, input, each, linesOf(api.results(file)));
    }
    if (each.state === 'cancelling') {
      // Who cancelled it may run it again: what was not run there is as if it never had been there.
      await giveBack(dependencies, input, each, noResult.cancelled);
      continue;
    }
    await endRest(
      dependencies,
      input,
      each,
      remote.refusal ?? noResult[remote.cutShort ?? 'ended'],
    );
    await submissions.collected(each.id);
  }
  return running;
}

/** What became of a line without a result, by what ended its provider's batch. */
const noResult = {
  expired: { code: 'batch_expired', message: 'its time was over before this request was made' },
  cancelled: { code: notRun, message: 'it was cancelled before this request was made' },
  ended: { code: 'no_result', message: "the provider's results do not have this request" },
} as const;

/** Lines that the provider did not run are open again, and nothing is reserved for them. */
async function giveBack(
  dependencies: SubmitDependencies,
  input: CollectInput,
  submission: Submission,
  why: { readonly code: string; readonly message: string },
): Promise<void> {
  await endRest(dependencies, { ...input, thenLive: true }, submission, why);
  await dependencies.submissions.giveBack(submission);
}

/** What became of a line. */
type Result =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly requestId: string | null;
      readonly answer: Uint8Array;
    }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly status: number | null;
      readonly requestId: string | null;
      readonly answer: Uint8Array | null;
    };

async function collectFile(
  dependencies: SubmitDependencies,
  input: CollectInput,
  submission: Submission,
  results: AsyncIterable<Uint8Array>,
): Promise<void> {
  let bySeq = new Map<number, Uint8Array>();
  const flush = async () => {
    const lines = await dependencies.submissions.linesOf(submission, [...bySeq.keys()]);
    const read = (line: SubmittedLine) => resultIn(bySeq.get(Number(line.seq)) ?? Buffer.alloc(0));
    const isLeft = (line: SubmittedLine) => {
      const result = submission.state === 'cancelling' && read(line);
      return result && result.kind === 'failed' && result.code === notRun;
    };
    await endLines(
      dependencies,
      input,
      lines.filter((line) => !isLeft(line)),
      read,
    );
    bySeq = new Map();
  };
  for await (const bytes of results) {
    if (bytes.byteLength === 0) continue;
    const name = fieldValue(bytes, topLevelFields(bytes), 'custom_id');
    bySeq.set(seqOf(asText(name)), bytes);
    if (bySeq.size >= linesAtOnce) await flush();
  }
  await flush();
}

/** Lines that the provider gave no result for. */
async function endRest(
  dependencies: SubmitDependencies,
  input: CollectInput,
  submission: Submission,
  why: { readonly code: string; readonly message: string },
): Promise<void> {
  for (;;) {
    const rest = await dependencies.submissions.lines(submission, 0, linesAtOnce);
    if (rest.length === 0) return;
    const nothing = { status: null, requestId: null, answer: null };
    await endLines(dependencies, input, rest, () => ({ kind: 'failed', ...why, ...nothing }));
  }
}

async function endLines(
  { batches, providers }: SubmitDependencies,
  { id, policy, thenLive }: CollectInput,
  lines: readonly SubmittedLine[],
  resultOf: (line: SubmittedLine) => Result,
): Promise<void> {
  const ended: LineEnd[] = [];
  const failed: FailedTry[] = [];
  for (const line of lines) {
    const result = resultOf(line);
    const { request, body } = readIncoming(incomingOf(line.url, line.body), providers);
    const price = policy.prices[request.model];
    const most = mostForwarded(body.byteLength, request.maximumOutputTokens);
    const usage = result.kind === 'answered' ? usageOf(request.api, result.answer) : undefined;
    const paid = {
      ...{ seq: Number(line.seq), isPossiblyBilled: false },
      ...{ inputTokens: usage?.inputTokens ?? 0, outputTokens: usage?.outputTokens ?? 0 },
      costNano: halfCostNano(usage, price),
      releasedNano: halfCostNano(most, price),
    };
    const { status, requestId, answer } = result;
    if (result.kind === 'answered') {
      const good = { state: 'answered' as const, errorCode: null, errorMessage: null };
      ended.push({ ...paid, ...good, status, requestId, answer });
    } else if (thenLive) {
      failed.push({ ...paid, owner: line.owner, isFree: true, toRepair: null });
    } else {
      const bad = {
        state: 'failed' as const,
        errorCode: result.code,
        errorMessage: result.message,
      };
      ended.push({ ...paid, ...bad, status, requestId, answer });
    }
  }
  await batches.commit(id, { sending: [], failed, ended });
}

function usageOf(api: keyof typeof answerReaders, answer: Uint8Array): Usage {
  const none = { inputTokens: 0, outputTokens: 0 };
  const body = asFields(parseJson(Buffer.from(answer).toString('utf8')));
  return { ...none, ...answerReaders[api].usageOf(body) };
}

/** A line of a provider's results; the answer's own bytes stay what they are. */
function resultIn(bytes: Uint8Array): Result {
  const fields = topLevelFields(bytes);
  const ofMessages = fields.findLast(({ name }) => name === 'result');
  if (ofMessages) return messagesResult(bytes.subarray(ofMessages.start, ofMessages.end));
  const place = fields.findLast(({ name }) => name === 'response');
  const response = place && bytes.subarray(place.start, place.end);
  const isNone = !response || Buffer.from(response).toString() === 'null';
  const parts = isNone ? [] : topLevelFields(response);
  const value = (name: string) => (response ? fieldValue(response, parts, name) : undefined);
  const bodyPlace = parts.findLast(({ name }) => name === 'body');
  const answer =
    response && bodyPlace
      ? Uint8Array.from(response.subarray(bodyPlace.start, bodyPlace.end))
      : null;
  const status = isNone ? null : Number(value('status_code'));
  const requestId = isNone ? null : asText(value('request_id')) || null;
  if (answer && status === 200) return { kind: 'answered', status, requestId, answer };
  const theirs = asFields(asFields(answer && parseJson(Buffer.from(answer).toString())).error);
  const error = asFields(fieldValue(bytes, fields, 'error'));
  const code = asText(error.code) || asText(theirs.code) || `status_${status ?? 'unknown'}`;
  const message = asText(error.message) || asText(theirs.message);
  return { kind: 'failed', code, message, status, requestId, answer };
}

/** The same in the form of Anthropic's Message Batches. */
function messagesResult(bytes: Uint8Array): Result {
  const fields = topLevelFields(bytes);
  const type = asText(fieldValue(bytes, fields, 'type'));
  const message = fields.findLast(({ name }) => name === 'message');
  if (type === 'succeeded' && message) {
    const answer = Uint8Array.from(bytes.subarray(message.start, message.end));
    return { kind: 'answered', status: 200, requestId: null, answer };
  }
  const told = asFields(fieldValue(bytes, fields, 'error'));
  const error = asFields(told.error ?? told);
  const nothing = { status: null, requestId: asText(told.request_id) || null, answer: null };
  const code =
    type === 'errored' ? asText(error.type) : `batch_${type.replace('canceled', 'cancelled')}`;
  return { kind: 'failed', code, message: asText(error.message) || `it was ${type}`, ...nothing };
}
