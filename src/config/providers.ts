import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type RateLimitsByModel, rateLimitsByModelSchema } from '../calls/gate/gate-limits.ts';
import { limitParameters, structuredForms } from '../calls/provider/families/family.ts';
import { declarableFinishes } from '../calls/provider/families/finish-reasons.ts';
import { providerFamilies } from '../calls/provider/provider-families.ts';
import { didYouMean } from '../policies/did-you-mean.ts';
import { namePattern } from '../wire/identifiers.ts';

const providerFields = z.strictObject({
  name: z
    .string()
    .regex(namePattern)
    .describe('What its models begin with: `groq` in `groq:openai/gpt-oss-20b`.'),
  family: z
    .enum(providerFamilies)
    .default('openai-compatible')
    .describe('The protocol that it is spoken to in, and whose errors it sends.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      "Where the protocol's own path (`/chat/completions`, `/messages`) is appended. `openai-compatible` needs one; the others have their public endpoint.",
    ),
  openaiBaseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("For the gateway: where it speaks OpenAI's protocol, if that is elsewhere."),
  includeUsage: z
    .boolean()
    .optional()
    .describe('For the gateway: ask for the usage of streams whose client does not.'),
  backgroundResponses: z
    .boolean()
    .optional()
    .describe(
      'For the gateway: it runs a response in the background by itself, and gives it again by its id.',
    ),
  apiKeyVariable: z
    .string()
    .optional()
    .describe(
      'The name of the environment variable that holds the key: the file itself holds no secret. Without it no key is sent.',
    ),
  allowPlainHttp: z
    .boolean()
    .optional()
    .describe('The key may go over plain `http` to another machine: the network is trusted.'),
  headers: z
    .record(z.string(), z.string())
    .optional()
    .describe('Sent with every request. They are no secrets either.'),
  queryParameters: z
    .record(z.string(), z.string())
    .optional()
    .describe('Added to every address, as an `api-version`.'),
  maximumInFlight: z
    .int()
    .min(1)
    .optional()
    .describe(
      'The most calls that a worker has in flight to each of its models. Otherwise found out; 4 for a server on this machine.',
    ),
  finishReasons: z
    .record(z.string(), z.enum(declarableFinishes))
    .optional()
    .describe('What finish reasons of its own mean, where no table has them.'),
  structuredOutput: z
    .enum(structuredForms)
    .optional()
    .describe(
      'The strongest form of asking for a shape that it takes. Otherwise it is known or found out.',
    ),
  limitParameter: z
    .enum(limitParameters)
    .optional()
    .describe('Its name for the most tokens of an answer. Otherwise it is known or found out.'),
});

const provider = providerFields.refine(
  ({ family, baseUrl }) => family !== 'openai-compatible' || baseUrl !== undefined,
  { path: ['baseUrl'], error: 'must be set for the family openai-compatible' },
);

/** The providers file. */
export const providersFileSchema = z.array(provider);

/** One entry of the providers file. The key itself is in the variable that the entry names. */
export type ProviderEntry = z.infer<typeof provider>;

/** Reads the providers file; what is wrong with it goes to `problems`. */
export function readProvidersFile(path: string, problems: string[]): ProviderEntry[] {
  return readJsonFile('HOLDFAST_PROVIDERS', path, providersFileSchema, problems) ?? [];
}

/** Reads the rate limits file; what is wrong with it goes to `problems`. */
export function readRateLimits(path: string, problems: string[]): RateLimitsByModel {
  return readJsonFile('HOLDFAST_RATE_LIMITS', path, rateLimitsByModelSchema, problems) ?? {};
}

/** An entry is named by its number, as in `0.baseUrl`. */
function wordsOf(issue: z.core.$ZodIssue): string {
  const at = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(providerFields.shape);
    const words = issue.keys.map((key) => `${key} is not known${didYouMean(key, known)}`);
    return `${at}: ${words.join(', ')}`;
  }
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return isMissing ? `${at} is missing` : `${at}: ${issue.message}`;
}

function readJsonFile<T>(
  variable: string,
  path: string,
  schema: z.ZodType<T>,
  problems: string[],
): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return parsed.data;
    problems.push(
      ...parsed.error.issues.map((issue) => `${variable} (${path}): ${wordsOf(issue)}`),
    );
  } catch (error) {
    problems.push(
      `${variable}: cannot read ${path} as JSON (${error instanceof Error ? error.message : error})`,
    );
  }
  return undefined;
}
