import type { AnswerShape } from '../../calls/answers/answer-shape.ts';
import { judgeAside } from '../../calls/answers/judge.ts';
import { type FedBack, judgeRepair, repairMessages } from '../../calls/answers/repair-messages.ts';
import type { FailureType } from '../../failures/failure-types.ts';
import type { ModelPolicy } from '../../policies/retry-policy.ts';
import type { UnusableAnswer } from '../../wire/answer-verdict.ts';
import { fingerprintOf } from '../../wire/identifiers.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { Message } from '../../wire/message.ts';

/** What follows from an answer of a line that has a schema. */
export type ShapeTurn =
  /** The answer as it is kept: with the content as it was read. */
  | { readonly kind: 'valid'; readonly answer: Uint8Array }
  /** The body of the call that shows the model what is wrong. */
  | { readonly kind: 'repair'; readonly body: Uint8Array }
  | { readonly kind: 'failed'; readonly type: FailureType; readonly message: string };

interface ChatAnswer {
  readonly choices: readonly [
    { readonly message: { readonly content: string }; readonly finish_reason: string },
  ];
}

/**
 * Judges the answers of one line against a schema, as those of any other call: what can be read in
 * only one way is mended, and the model is shown its own mistake as often as the policy allows.
 *
 * @param own the line's request, of `chat/completions`.
 */
export function lineShape(
  schema: JsonObject,
  own: Uint8Array,
  { maximumRepairs }: Pick<ModelPolicy, 'maximumRepairs'>,
  repairsBefore: number,
) {
  const shape: AnswerShape = { schema };
  const fedBack: FedBack[] = [];
  let repairs = repairsBefore;

  function repairBody(text: string, verdict: UnusableAnswer): Uint8Array {
    const request = JSON.parse(Buffer.from(own).toString('utf8')) as { messages: Message[] };
    const messages = repairMessages(request.messages, { text }, verdict);
    return Buffer.from(JSON.stringify({ ...request, messages }));
  }

  return {
    /** The call that repairs an answer which an earlier process recorded; `undefined`: it is good. */
    async again(recorded: Uint8Array): Promise<Uint8Array | undefined> {
      const { text } = read(recorded);
      const outcome = await judgeAside(text, shape);
      if (outcome.kind !== 'not JSON' && outcome.kind !== 'invalid') return undefined;
      fedBack.push({ text: fingerprintOf(text), fingerprint: outcome.fingerprint });
      return repairBody(text, outcome);
    },

    async judge(answer: Uint8Array): Promise<ShapeTurn> {
      const { parsed, text, isCut } = read(answer);
      if (isCut) {
        return { kind: 'failed', type: 'OutputTruncated', message: 'the output hit its limit' };
      }
      const outcome = await judgeAside(text, shape);
      switch (outcome.kind) {
        case 'valid':
          return {
            kind: 'valid',
            // In a fence, say, or mended: whoever reads it would have to do the same again.
            answer:
              outcome.mended || !isJson(text)
                ? withContent(parsed, JSON.stringify(outcome.value))
                : answer,
          };
        case 'invalid':
        case 'not JSON': {
          const { fingerprint } = outcome;
          const current = { text: fingerprintOf(text), fingerprint };
          const chance = judgeRepair(fedBack, current);
          fedBack.push(current);
          const isUsedUp = repairs >= maximumRepairs;
          if (chance === 'go on' && !isUsedUp) {
            repairs += 1;
            return { kind: 'repair', body: repairBody(text, outcome) };
          }
          const why = chance === 'go on' ? `${maximumRepairs} repairs did not help` : chance;
          const message = `${why} after ${repairs + 1} calls (${fingerprint})`;
          return { kind: 'failed', type: 'SchemaMismatch', message };
        }
        default: {
          const message =
            outcome.kind === 'unusable'
              ? `the schema cannot be used: ${outcome.why}`
              : 'the answer cannot be checked against the schema';
          const type = outcome.kind === 'unusable' ? 'SchemaRejected' : 'SchemaMismatch';
          return { kind: 'failed', type, message };
        }
      }
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function read(answer: Uint8Array) {
  const parsed = JSON.parse(Buffer.from(answer).toString('utf8')) as Partial<ChatAnswer>;
  const [choice] = parsed.choices ?? [];
  const text = String(choice?.message?.content ?? '');
  return { parsed, text, isCut: choice?.finish_reason === 'length' };
}

/** The answer as the model wrote it could be read in one way only: what was read stands there now. */
function withContent(answer: Partial<ChatAnswer>, content: string): Uint8Array {
  const [first, ...others] = answer.choices ?? [];
  const choice = first && { ...first, message: { ...first.message, content } };
  return Buffer.from(JSON.stringify({ ...answer, choices: [choice, ...others] }));
}
