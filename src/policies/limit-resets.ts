import { durationMs } from './duration.ts';

/** OpenAI's, Anthropic's, GitHub's, Mistral's and the IETF draft's headers, a limit each. */
const resetName = /^(?=.*rate-?limit)(?!.*retry-after).*reset/;

/**
 * When the limits that are used up have room again, in milliseconds from now: the longest of those
 * with nothing remaining. Where none says what remains, the longest of all; where all have
 * something left, the shortest, since one of them was too small for the request.
 *
 * @param headers with lower-case names.
 */
export function longestReset(
  headers: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): number | undefined {
  const named = Object.entries(headers).flatMap(([name, text = '']) => {
    const inMs = resetName.test(name) ? resetMs(name, text, nowMs) : undefined;
    if (inMs === undefined || !(inMs > 0)) return [];
    const remaining =
      headers[name.replace('reset-after', 'remaining').replace('reset', 'remaining')];
    return [{ inMs, remaining: remaining === undefined ? undefined : Number(remaining) }];
  });
  const resets = [...named, ...structured(headers.ratelimit)];
  if (resets.length === 0) return undefined;
  const usedUp = resets.filter(({ remaining }) => remaining === 0);
  const unknown = resets.filter(({ remaining }) => remaining === undefined);
  const [counted] = [usedUp, unknown].filter((some) => some.length > 0);
  return counted
    ? Math.max(...counted.map(({ inMs }) => inMs))
    : Math.min(...resets.map(({ inMs }) => inMs));
}

/** The IETF draft's one header, in its older form and its newer: what remains of each limit, and its seconds. */
function structured(text = ''): { inMs: number; remaining: number }[] {
  const parts = text.matchAll(/\b(?:remaining|r)=(\d+)\s*[,;]\s*(?:reset|t)=(\d+)/gi);
  return [...parts].map(([, remaining, seconds]) => ({
    inMs: Number(seconds) * 1000,
    remaining: Number(remaining),
  }));
}

/** Seconds or milliseconds from now, seconds or milliseconds since 1970, a date, or a duration. */
function resetMs(name: string, text: string, nowMs: number): number | undefined {
  const [value = ''] = text.split(',').map((part) => part.trim());
  if (/^\d+(\.\d+)?$/.test(value)) {
    const number = Number(value);
    if (number >= 1e11) return number - nowMs;
    if (number >= 1e9) return number * 1000 - nowMs;
    return name.endsWith('-ms') ? number : number * 1000;
  }
  const duration = durationMs(value);
  if (duration !== undefined) return duration;
  return /\d{4}-\d\d-\d\d|[a-z]{3}/i.test(text) ? Date.parse(text) - nowMs : undefined;
}
