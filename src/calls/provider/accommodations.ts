import type { LimitParameter, StructuredForm } from './families/family.ts';

/** What a provider has refused of a model's requests, and so how they are made instead. */
export interface Accommodation {
  /** The strongest form of asking for a shape that it takes. */
  readonly form?: StructuredForm | undefined;
  readonly limitParameter?: LimitParameter | undefined;
  /** The most tokens of an answer. */
  readonly maximumOutputTokens?: number | undefined;
}

/** What was learned in this process, by model; strict mode by schema too, for a schema may be at fault. */
export interface Accommodations {
  of(model: string, schema: string): Accommodation;
  learn(model: string, schema: string, learned: Accommodation): void;
}

/** Providers come to take more with time. */
const keptMs = 60 * 60_000;
const maximumEntries = 1000;

/** @param now in milliseconds. */
export function createAccommodations(now: () => number): Accommodations {
  const entries = new Map<string, { readonly learned: Accommodation; readonly untilMs: number }>();
  const read = (key: string) => {
    const entry = entries.get(key);
    return entry && entry.untilMs > now() ? entry.learned : {};
  };
  return {
    of: (model, schema) => ({ ...read(`${model}\n${schema}`), ...read(model) }),
    learn(model, schema, learned) {
      const key = learned.form === 'json_schema' ? `${model}\n${schema}` : model;
      if (entries.size >= maximumEntries) entries.clear();
      entries.set(key, { learned: { ...read(key), ...learned }, untilMs: now() + keptMs });
    },
  };
}
