import type { FailureType } from '../failures/failure-types.ts';
import { catalogue } from '../policies/catalogue.ts';
import type { JsonObject } from '../wire/json.ts';
import type { Message } from '../wire/message.ts';
import type { ModelRequest } from '../wire/model-call.ts';
import type { Accommodation } from './provider/accommodations.ts';
import { families } from './provider/families/families.ts';
import type { LimitParameter, StructuredForm } from './provider/families/family.ts';
import type { ResolvedModel } from './provider/providers.ts';
import { withoutMark } from './provider/prune-schema.ts';

/** How a request is put to its provider. */
export interface RequestShape {
  readonly messages: readonly Message[];
  readonly form: StructuredForm | undefined;
  /** What asks for JSON; without a schema the provider only knows that it is to be JSON. */
  readonly responseFormat: { readonly type: 'json'; readonly schema?: JsonObject } | undefined;
  /** Absent where the provider's own holds. */
  readonly maximumOutputTokens: number | undefined;
  readonly limitParameter: LimitParameter | 'own';
  /** Holdfast chose the limit, or made it larger. */
  readonly isOwnLimit: boolean;
}

/** Puts a request in the strongest form that its provider is known to take. */
export function shapeRequest(
  request: ModelRequest,
  model: ResolvedModel,
  learned: Accommodation,
): RequestShape {
  const family = families[model.family];
  const { messages } = request;
  const schema = request.schema && withoutMark(request.schema);
  const form = schema && formFor(schema, model, learned.form);
  const sent = schema && form ? family.schemaFor(schema, form) : undefined;
  const isShown = form === 'json_object' || form === 'prompt';
  const asked = askedLimit(request);
  const isUnlimited =
    asked === undefined && reasoningModel.test(model.modelId) && !family.limit.isNeeded;
  const most = learned.maximumOutputTokens ?? Number.POSITIVE_INFINITY;
  return {
    messages: schema && isShown ? withSchema(messages, schema) : messages,
    form,
    responseFormat:
      !form || form === 'prompt'
        ? undefined
        : { type: 'json', ...(form !== 'json_object' && sent && { schema: sent }) },
    maximumOutputTokens: isUnlimited ? undefined : Math.min(request.maximumOutputTokens, most),
    limitParameter: learned.limitParameter ?? model.limitParameter ?? family.limit.parameter,
    isOwnLimit: asked === undefined || request.maximumOutputTokens > asked,
  };
}

/** From the form that is set, or was the last that worked, the first that can express the schema. */
function formFor(
  schema: JsonObject,
  { family: name, structuredOutput }: ResolvedModel,
  learned: StructuredForm | undefined,
): StructuredForm | undefined {
  const { forms, schemaFor } = families[name];
  const from = Math.max(
    ...[structuredOutput, learned].map((form) => (form ? forms.indexOf(form) : 0)),
    0,
  );
  return forms.slice(from).find((form) => schemaFor(schema, form) !== undefined);
}

/** The limit that somebody chose; the catalogue's, doubled or not, is nobody's. */
function askedLimit({ settings, policy, maximumOutputTokens }: ModelRequest): number | undefined {
  if (settings?.maximumOutputTokens !== undefined) return settings.maximumOutputTokens;
  const chosen = catalogue.model.maximumOutputTokens;
  const isDefault =
    policy.maximumOutputTokens === chosen &&
    Number.isInteger(Math.log2(maximumOutputTokens / chosen));
  return isDefault ? undefined : policy.maximumOutputTokens;
}

function withSchema(messages: readonly Message[], schema: JsonObject): readonly Message[] {
  const content = `Answer with one JSON value and nothing else, valid by this JSON Schema:\n${JSON.stringify(schema)}`;
  const [first, ...others] = messages;
  // Some models take a system message in the first place only, and one.
  return first?.role === 'system' && typeof first.content === 'string'
    ? [{ ...first, content: `${first.content}\n\n${content}` }, ...others]
    : [{ role: 'system', content }, ...messages];
}

/** What a provider said no to. */
export interface RefusedRequest {
  readonly type: FailureType;
  /** What its errors say; matched against, never shown. */
  readonly message: string;
}

/**
 * What is to be done otherwise after a refusal of what Holdfast chose itself; `undefined` where the
 * request is to blame.
 */
export function accommodate(
  { type, message }: RefusedRequest,
  shape: RequestShape,
  family: ResolvedModel['family'],
): Accommodation | undefined {
  const { form, limitParameter, maximumOutputTokens } = shape;
  if (type === 'SchemaRejected' && form) {
    const { forms } = families[family];
    const next = forms[forms.indexOf(form) + 1];
    return next && { form: next };
  }
  if (!['InvalidRequest', 'ContextLengthExceeded', 'RequestTooLarge'].includes(type))
    return undefined;
  if (maximumOutputTokens === undefined) return undefined;
  const unknown =
    /unsupported|unrecogni[sz]ed|unknown|not supported|not permitted|extra|unexpected|cannot be used/i;
  if (limitParameter !== 'own' && unknown.test(message) && message.includes(limitParameter)) {
    const other = limitParameter === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
    return { limitParameter: other };
  }
  const allowed = shape.isOwnLimit ? allowedOutputTokens(message, maximumOutputTokens) : undefined;
  return allowed === undefined ? undefined : { maximumOutputTokens: allowed };
}

/** Models that think before they answer, within the same limit: a small one leaves no room for a word. */
const reasoningModel =
  /(^|[/\-_.:])(o[134](-|$)|gpt-5|gpt-oss|deepseek-(r1|reasoner)|qwq|qwen3|glm-(4\.[5-9]|5)|magistral|grok-(3-mini|4)|gemini-(2\.5|3)|minimax-m)|thinking|reason/i;

const aboutLimit =
  /max_?(completion_|output_|new_)?tokens|maxOutputTokens|(completion|output) tokens/i;
const number = '`?([\\d][\\d,]*)`?';
/** Where sentences name the most tokens of an answer; or numbers from which it follows. */
const forms: readonly (readonly [form: RegExp, most: (...numbers: number[]) => number])[] = [
  // "(10000 > 8192 - 5000)"
  [
    new RegExp(`${number} ?> ?${number} ?- ?${number}`),
    (_, window = 0, prompt = 0) => window - prompt,
  ],
  // "195000 + 8000 > 200000"
  [
    new RegExp(`${number} ?\\+ ?${number} ?> ?${number}`),
    (prompt = 0, _, window = 0) => window - prompt,
  ],
  // "[1, 8192]"
  [new RegExp(`\\[ ?1 ?[,-] ?${number} ?\\]`), (most = 0) => most],
  // "from 1 (inclusive) to 65537 (exclusive)"
  [new RegExp(`to ${number} \\(exclusive\\)`), (over = 0) => over - 1],
  [new RegExp(`to ${number} \\(inclusive\\)`), (most = 0) => most],
  // "8193 > 8192"
  [new RegExp(`${number} ?> ?${number}`), (_, most = 0) => most],
  [
    new RegExp(
      `(?:at most|up to|<=|less than or equal to|no more than|maximum (?:value|allowed)?[^\\d.]{0,40}|model limit of|limit of|supports? (?:only )?)[^\\d.]{0,20}${number}`,
      'i',
    ),
    (most = 0) => most,
  ],
];

/**
 * The most tokens of an answer that a refusal names; `undefined` where it is about something else,
 * or names none below what was asked.
 */
export function allowedOutputTokens(message: string, asked: number): number | undefined {
  if (!aboutLimit.test(message)) return undefined;
  for (const [form, most] of forms) {
    const [, ...texts] = form.exec(message) ?? [];
    if (texts.length === 0) continue;
    const allowed = most(...texts.map((text) => Number(text.replaceAll(',', ''))));
    if (allowed >= 1 && allowed < asked) return allowed;
  }
  return undefined;
}
