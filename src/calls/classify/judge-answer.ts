import type { FailureType } from '../../failures/failure-types.ts';
import { afterThought } from '../answers/thought.ts';
import type { Family, Reading } from '../provider/families/family.ts';
import { type FinishKind, finishName } from '../provider/families/finish-reasons.ts';
import { readEnvelope } from '../provider/families/read-json.ts';

/** What was asked, as far as it decides whether something is an answer. */
export interface Asked {
  readonly offersTools: boolean;
  readonly hasSchema: boolean;
  /** An empty text is an answer too. */
  readonly allowsEmpty?: boolean | undefined;
  readonly maximumOutputTokens?: number | undefined;
  /** Finish reasons that the provider's entry declares, besides the family's. */
  readonly finishReasons?: Readonly<Record<string, FinishKind>> | undefined;
}

/** Why a whole answer in the right protocol is of no use. */
export interface NoAnswer {
  readonly type: FailureType;
  readonly reason: string;
  readonly isFinal?: true;
}

/** `doubted`: an answer only if a schema was asked for and the whole text is valid by it. */
export type Judgement =
  | {
      readonly kind: 'answer';
      readonly finish: 'stop' | 'length' | 'tool-calls';
      readonly noted?: string;
    }
  | { readonly kind: 'doubted' | 'none'; readonly failure: NoAnswer };

/**
 * Says whether an envelope with status 200 and no error holds an answer.
 *
 * @param asked absent where the answer is for another's code: then only what nobody can use is none.
 */
export function judgeAnswer(family: Family, body: string, asked?: Asked): Judgement {
  const envelope = readEnvelope(body);
  if (!envelope) return none('MalformedResponse', `not ${family.answer}`);
  const reading = family.readAnswer(envelope.fields);
  const { finishReason, malformed, refusal } = reading;
  const name = finishName(finishReason);
  const declared = asked?.finishReasons?.[finishReason] ?? asked?.finishReasons?.[name];
  const own = Object.hasOwn(family.finishReasons, name) ? family.finishReasons[name] : undefined;
  const finish = declared ?? own;
  if (refusal !== undefined) return none('ContentRejected', refusal);
  // No larger limit makes an answer longer that the context window cut.
  if (finish === 'window') return none('ContextLengthExceeded', shown(finishReason));
  if (finish === 'refused') return none('ContentRejected', shown(finishReason));
  if (finish === 'broken') return none('ServerError', `finish reason ${shown(finishReason)}`);
  if (malformed !== undefined) return none('MalformedResponse', malformed);
  if (finish === 'malformed') return none('MalformedResponse', shown(finishReason));
  if (!asked) return { kind: 'answer', finish: 'stop' };
  if (envelope.isAmbiguous) return none('MalformedResponse', 'a field of the answer twice');
  return judgeAsked(family, reading, finish, asked);
}

function judgeAsked(
  family: Family,
  reading: Reading,
  finish: FinishKind | undefined,
  asked: Asked,
): Judgement {
  const { finishReason, text, toolCalls, outputTokens } = reading;
  const isAnswerTool =
    asked.hasSchema &&
    toolCalls.length > 0 &&
    toolCalls.every((name) => name === family.answerTool);
  if (isAnswerTool) return { kind: 'answer', finish: finish === 'length' ? finish : 'stop' };
  if (toolCalls.length > 0 || finish === 'tools') {
    return asked.offersTools && toolCalls.length > 0
      ? { kind: 'answer', finish: finish === 'length' ? finish : 'tool-calls' }
      : none('MalformedResponse', 'a tool call that nobody offered');
  }
  if (!text.isWellFormed()) return none('MalformedResponse', 'half a character in the text');
  if (finish === 'length') return { kind: 'answer', finish };
  if (finish === 'unsaid') return unsaid(finishReason, text);
  if (finishReason !== '' && finish === undefined) return undeclared(finishReason, text);
  const { maximumOutputTokens = Number.POSITIVE_INFINITY } = asked;
  if (finishReason === '' && outputTokens >= maximumOutputTokens) {
    return { kind: 'answer', finish: 'length', noted: 'no finish reason' };
  }
  if (isEmpty(reading, asked)) return none('MalformedResponse', 'no text in the answer');
  return {
    kind: 'answer',
    finish: 'stop',
    ...(finishReason === '' && { noted: 'no finish reason' }),
  };
}

/** Reasoning is no answer, be it in a field of its own or in front of the text. */
function isEmpty({ text, hasText, hasFiles }: Reading, { allowsEmpty }: Asked): boolean {
  if (hasFiles) return false;
  if (allowsEmpty && hasText && text === '') return false;
  return /^[\s\p{Cf}]*$/u.test(afterThought(text));
}

/** The provider says itself that it does not know whether this is the end. */
function unsaid(finishReason: string, text: string): Judgement {
  const reason = `finish reason ${shown(finishReason)}`;
  return doubted({ type: 'MalformedResponse', reason }, text);
}

/** Whether the reason ends an answer nobody knows; the sentence says who can. */
function undeclared(finishReason: string, text: string): Judgement {
  const name = shown(finishReason);
  const line = `"finishReasons": {"${name}": "stop"}`;
  const reason = `finish reason ${name} is in no table; if it ends a whole answer, declare it in the provider's entry: ${line}`;
  return doubted({ type: 'MalformedResponse', reason, isFinal: true }, text);
}

function doubted(failure: NoAnswer, text: string): Judgement {
  return { kind: text.trim() === '' ? 'none' : 'doubted', failure };
}

function shown(finishReason: string): string {
  return /^[\w.-]{1,64}$/.test(finishReason) ? finishReason : 'of many words';
}

function none(type: FailureType, reason: string): Judgement {
  return { kind: 'none', failure: { type, reason } };
}
