import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { AttemptError } from '../failures/attempt-error.ts';
import type { Usage } from '../policies/call-costs.ts';
import type { CallOptions } from '../wire/call-options.ts';
import type { JsonObject } from '../wire/json.ts';
import type { FilePart, ReasoningPart, ToolCallPart } from '../wire/message.ts';
import type { FinishReason, ModelAnswer } from '../wire/model-call.ts';

/** A call of a tool as the model wrote it. */
export interface WrittenToolCall extends Omit<ToolCallPart, 'arguments'> {
  /** JSON, if the model made no mistake. */
  readonly arguments: string;
}

/** What an answer holds, whoever sent it. */
export interface AnswerContent
  extends Pick<
    ModelAnswer,
    'text' | 'reasoning' | 'files' | 'finishReason' | 'usage' | 'warnings'
  > {
  readonly toolCalls?: readonly WrittenToolCall[];
}

type Part<Type> = Extract<LanguageModelV4Content, { type: Type }>;

/**
 * Reads what a provider of the AI SDK made of an answer. Its parts are those of messages, with what
 * the provider wants back in the next request.
 *
 * @param by the provider's name.
 * @throws AttemptError `MalformedResponse` for a call of a tool that nobody offered.
 */
export function answerFrom(
  result: LanguageModelV4GenerateResult,
  request: CallOptions & { readonly schema?: JsonObject },
  by: string,
): AnswerContent {
  const { content, finishReason, warnings } = result;
  const usage = usageOf(result.usage);
  const malformed = (reason: string) =>
    new AttemptError({ type: 'MalformedResponse', by, status: 200, reason, sent: true, usage });
  const ofType = <const Type extends string>(type: Type) =>
    content.filter((part): part is Part<Type> => part.type === type);

  const text = ofType('text')
    .map((part) => part.text)
    .join('');
  const reasoning = ofType('reasoning').map(
    (part): ReasoningPart => ({ type: 'reasoning', text: part.text, ...toProvider(part) }),
  );
  const files = ofType('file').map(toFile);
  const offered = new Set(request.tools?.map(({ name }) => name));
  const toolCalls = ofType('tool-call')
    .filter(({ providerExecuted }) => !providerExecuted)
    .map((part): WrittenToolCall => {
      const { toolCallId: id, toolName: name, input } = part;
      if (!offered.has(name)) throw malformed('a call of a tool that was not offered');
      return { type: 'tool-call', id, name, arguments: input, ...toProvider(part) };
    });
  return {
    text: request.schema ? (result.structuredOutputText ?? text) : text,
    ...(reasoning.length > 0 && { reasoning }),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(files.length > 0 && { files }),
    finishReason: finishReasons[finishReason.unified] ?? 'other',
    usage,
    ...(warnings.length > 0 && { warnings: warnings.map(warningText) }),
  };
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool-calls',
};

function toFile(part: Part<'file'>): FilePart {
  const { data, mediaType } = part;
  const source =
    data.type === 'url'
      ? { url: String(data.url) }
      : {
          data:
            typeof data.data === 'string' ? data.data : Buffer.from(data.data).toString('base64'),
        };
  return { type: 'file', mediaType, ...source, ...toProvider(part) };
}

/** Signatures and the like, without which some providers refuse the next request. */
function toProvider({ providerMetadata }: { readonly providerMetadata?: unknown }) {
  return providerMetadata === undefined ? {} : { providerOptions: providerMetadata as never };
}

type Warning = LanguageModelV4GenerateResult['warnings'][number];

/** "unsupported: topK" */
function warningText(warning: Warning): string {
  return [warning.type, aboutOf(warning), 'details' in warning && warning.details]
    .filter(Boolean)
    .join(': ');
}

/** What a warning is about, without a word that may be content. */
export function aboutOf(warning: Warning): string {
  if ('feature' in warning) return warning.feature;
  return 'setting' in warning ? warning.setting : '';
}

/** Whole numbers of at least 0, for prices are computed with them: a provider may send anything. */
export function usageOf({
  inputTokens,
  outputTokens,
}: LanguageModelV4GenerateResult['usage']): Usage {
  const count = (tokens: number | undefined) =>
    tokens !== undefined && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : 0;
  return { inputTokens: count(inputTokens.total), outputTokens: count(outputTokens.total) };
}
