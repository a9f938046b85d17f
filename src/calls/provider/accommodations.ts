import type { LimitParameter, StructuredForm } from './families/family.ts';

/** What a provider has refused of a model's requests, and so how they are made instead. */
export interface Accommodation {
  /** The strongest form of asking for a shape that it takes. */
  readonly form?: StructuredForm | undefined;
  readonly limitParameter?: LimitParameter | undefined;
  /** The most tokens of an answer. */
  readonly maximumOutputTokens?: number | undefined;
}

/** Providers come to take more with time. */
const keptMs = 60 * 60_000;
const maximumEntries = 1000;

/**
 * What was learned in this process, by model; strict mode by schema too, for a schema may be at fault.
 *
 * @param now in milliseconds.
 */
export function createAccommodations(now: () => number) {
  const entries = new Map<string, { readonly learned: Accommodation; readonly untilMs: number }>();
  const read = (key: string): Accommodation => {
    const entry = entries.get(key);
    return entry && entry.untilMs > now() ? entry.learned : {};
  };
  return {
    of: (model: string, schema: string): Accommodation => ({
      ...read(`${model}\n${schema}`),
      ...read(model),
    }),
    learn(model: string, schema: string, learned: Accommodation) {
      const key = learned.form === 'json_schema' ? `${model}\n${schema}` : model;
      if (entries.size >= maximumEntries) entries.clear();
      entries.set(key, { learned: { ...read(key), ...learned }, untilMs: now() + keptMs });
    },
  };
}
