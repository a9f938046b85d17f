import { z } from 'zod';
import { reasoningEfforts } from '../wire/call-options.ts';

const object = z.record(z.string(), z.unknown());
const providerOptions = z
  .record(z.string(), object)
  .optional()
  .describe('What only some providers know, by the name of the provider or of its family.');
const mediaType = z.string().regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be written like image/png');

const text = z.strictObject({ type: z.literal('text'), text: z.string(), providerOptions });
const image = withSource({
  type: z.literal('image'),
  mediaType: mediaType.optional().describe('Default: what the bytes say.'),
});
const file = withSource({
  type: z.literal('file'),
  mediaType,
  name: z.string().optional().describe('The name that the model is shown.'),
});
const reasoning = z.strictObject({
  type: z.literal('reasoning'),
  text: z.string(),
  providerOptions,
});
const toolCall = z.strictObject({
  type: z.literal('tool-call'),
  id: z.string().min(1),
  name: z.string().min(1),
  arguments: object,
  providerOptions,
});
const toolResult = z.strictObject({
  type: z.literal('tool-result'),
  id: z.string().min(1).describe('Of the tool call.'),
  name: z.string().min(1),
  result: z.unknown().refine((result) => result !== undefined, 'is missing'),
  isError: z.boolean().optional(),
  providerOptions,
});

/** Of `data` and `url`, one: nobody but the provider fetches an address, and no path is read. */
function withSource<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .strictObject({
      ...shape,
      data: z.base64('must be base64').optional().describe('The bytes, in base64; or else url.'),
      url: z
        .url({ protocol: /^https?$/, error: 'must be an address with http or https' })
        .optional()
        .describe('Where the provider fetches it; or else data.'),
      providerOptions,
    })
    .refine((part) => 'data' in part !== 'url' in part, 'must have data or url, and not both');
}

const contentOf = <Part extends z.core.$ZodTypeDiscriminable>(...parts: [Part, ...Part[]]) =>
  z.union([z.string(), z.array(z.discriminatedUnion('type', parts)).min(1, 'must not be empty')]);

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string(), providerOptions }),
  z.strictObject({
    role: z.literal('user'),
    content: contentOf<z.core.$ZodTypeDiscriminable>(text, image, file),
    providerOptions,
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: contentOf<z.core.$ZodTypeDiscriminable>(text, reasoning, toolCall, file),
    providerOptions,
  }),
  z.strictObject({
    role: z.literal('tool'),
    content: z.array(toolResult).min(1, 'must not be empty'),
    providerOptions,
  }),
]);

const settings = z.strictObject({
  temperature: z.number().min(0).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.int().min(1).optional(),
  seed: z.int().optional(),
  stopSequences: z.array(z.string().min(1)).optional(),
  presencePenalty: z.number().optional(),
  frequencyPenalty: z.number().optional(),
  maximumOutputTokens: z.int().min(1).optional().describe("Instead of the policy's."),
  reasoningEffort: z.enum(reasoningEfforts).optional(),
  providerOptions,
});

const tool = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -'),
  description: z.string().optional(),
  parameters: object.describe('JSON Schema of its arguments.'),
});

/** What `holdfast start complete --request` reads, and `startComplete` is given. */
export const requestSchema = z
  .strictObject({
    $schema: z.string().optional(),
    model: z.string().min(1).optional().describe('provider:model; HOLDFAST_MODEL otherwise.'),
    messages: z.array(message).min(1, 'must not be empty'),
    schema: object.optional().describe('JSON Schema that the answer must keep to.'),
    settings: settings.optional(),
    tools: z.array(tool).min(1, 'must not be empty').optional(),
    toolChoice: z
      .union([z.enum(['auto', 'none', 'required']), z.strictObject({ tool: z.string() })])
      .optional(),
    allowEmpty: z
      .boolean()
      .optional()
      .describe('An empty text is an answer too; otherwise it is asked for again.'),
  })
  .refine(({ toolChoice, tools }) => toolChoice === undefined || tools !== undefined, {
    path: ['toolChoice'],
    error: 'needs tools',
  })
  .refine(
    ({ toolChoice, tools = [] }) =>
      typeof toolChoice !== 'object' || tools.some(({ name }) => name === toolChoice.tool),
    { path: ['toolChoice', 'tool'], error: 'is none of the tools' },
  )
  .refine(({ tools = [] }) => new Set(tools.map(({ name }) => name)).size === tools.length, {
    path: ['tools'],
    error: 'must not have the same name twice',
  });
