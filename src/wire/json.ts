/** A JSON object as it travels between client, workflow and activity. */
export type JsonObject = { readonly [key: string]: Json };
/** Whether a JSON value is an object, and neither a list nor `null`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
