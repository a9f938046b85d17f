/**
 * What of a value no JSON can hold, in words; `undefined` where it arrives as it is. JSON leaves out
 * fields that are undefined, as an optional one may be.
 */
export function outsideJson(value: unknown): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  if (typeof value !== 'object') return value === undefined ? 'undefined' : `a ${typeof value}`;
  if (Array.isArray(value)) return firstOf(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `a ${value.constructor.name}`;
  return firstOf(Object.values(value).filter((field) => field !== undefined));
}

function firstOf(values: readonly unknown[]): string | undefined {
  return values.map(outsideJson).find((found) => found !== undefined);
}
