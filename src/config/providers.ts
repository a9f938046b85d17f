import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type RateLimitsByModel, rateLimitsByModelSchema } from '../calls/gate/gate-limits.ts';
import { limitParameters, structuredForms } from '../calls/provider/families/family.ts';
import { declarableFinishes } from '../calls/provider/families/finish-reasons.ts';
import { providerFamilies } from '../calls/provider/provider-families.ts';
import { namePattern } from '../wire/identifiers.ts';

const providerFields = z.strictObject({
  name: z.string().regex(namePattern),
  family: z.enum(providerFamilies).default('openai-compatible'),
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  apiKeyVariable: z.string().optional(),
  /** For an http address in a network that is trusted with the key. */
  allowPlainHttp: z.boolean().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  queryParameters: z.record(z.string(), z.string()).optional(),
  maximumInFlight: z.int().min(1).optional(),
  finishReasons: z.record(z.string(), z.enum(declarableFinishes)).optional(),
  structuredOutput: z.enum(structuredForms).optional(),
  limitParameter: z.enum(limitParameters).optional(),
});

const provider = providerFields.refine(
  ({ family, baseUrl }) => family !== 'openai-compatible' || baseUrl !== undefined,
  { path: ['baseUrl'], error: 'must be set for the family openai-compatible' },
);

/** One entry of the providers file. The key itself is in the variable that the entry names. */
export type ProviderEntry = z.infer<typeof provider>;

/** Reads the providers file; what is wrong with it goes to `problems`. */
export function readProvidersFile(path: string, problems: string[]): ProviderEntry[] {
  return readJsonFile('HOLDFAST_PROVIDERS', path, z.array(provider), problems) ?? [];
}

/** Reads the rate limits file; what is wrong with it goes to `problems`. */
export function readRateLimits(path: string, problems: string[]): RateLimitsByModel {
  return readJsonFile('HOLDFAST_RATE_LIMITS', path, rateLimitsByModelSchema, problems) ?? {};
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
      ...parsed.error.issues.map(
        (issue) => `${variable} (${path}): ${issue.path.join('.')}: ${issue.message}`,
      ),
    );
  } catch (error) {
    problems.push(
      `${variable}: cannot read ${path} as JSON (${error instanceof Error ? error.message : error})`,
    );
  }
  return undefined;
}
