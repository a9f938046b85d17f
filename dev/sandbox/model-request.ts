import { z } from 'zod';

/** A request to the model, the same for Chat Completions and Responses. */
export interface ModelProviderRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly text: string }[];
  /** The JSON Schema asked for, when one was. */
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
  /** The parsed body, for what is not read here. */
  readonly body: unknown;
}

/** What the assistant says. */
export interface AssistantAnswer {
  readonly text: string;
  /** OpenAI's word for it; `stop` unless given. */
  readonly finishReason?: 'stop' | 'length' | 'content_filter';
  /** The model refuses, in these words; `text` is then not sent. */
  readonly refusal?: string;
}

const contentSchema = z
  .union([z.string(), z.array(z.looseObject({ text: z.string().optional() })), z.null()])
  .optional()
  .transform((content) =>
    typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join(''),
  );
const messageSchema = z.looseObject({ role: z.string().default('user'), content: contentSchema });
const jsonSchemaSchema = z.record(z.string(), z.unknown());
const bodySchema = z.looseObject({
  model: z.string().default(''),
  messages: z.array(messageSchema).optional(),
  instructions: z.string().nullish(),
  input: z.union([z.string(), z.array(messageSchema)]).optional(),
  response_format: z
    .looseObject({ json_schema: z.looseObject({ schema: jsonSchemaSchema.optional() }).optional() })
    .nullish(),
  text: z
    .looseObject({ format: z.looseObject({ schema: jsonSchemaSchema.optional() }).optional() })
    .nullish(),
});

/** The body as JSON; undefined when it is not. */
export function parseJsonBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Reads the body of a Chat Completions or a Responses request; undefined when it is neither. */
export function parseModelRequest(
  body: unknown,
  requestId: string | undefined,
): ModelProviderRequest | undefined {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { model, messages, instructions, input, response_format, text } = parsed.data;
  const asked = typeof input === 'string' ? [{ role: 'user', content: input }] : (input ?? []);
  const spoken = [
    ...(instructions ? [{ role: 'system', content: instructions }] : []),
    ...(messages ?? []),
    ...asked,
  ];
  const schema = response_format?.json_schema?.schema ?? text?.format?.schema;
  return {
    model,
    messages: spoken.map(({ role, content }) => ({ role, text: content })),
    ...(schema ? { schema } : {}),
    ...(requestId === undefined ? {} : { requestId }),
    body,
  };
}
