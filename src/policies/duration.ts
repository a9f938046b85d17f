const unitMs: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/** Reads a duration as protobuf's JSON and Go print it: `1.3s`, `6m0s`, `20ms`. */
export function durationMs(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:[\d.]+(?:ms|[dhms]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, value, unit] of text.matchAll(/([\d.]+)(ms|[dhms])/g)) {
    total += Number(value) * (unitMs[unit ?? ''] ?? Number.NaN);
  }
  return total;
}
