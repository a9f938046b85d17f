/** Where a call stands when something is killed. */
export type Point = 'before sent' | 'after sent' | 'mid-stream' | 'before recorded';

export const points: readonly Point[] = [
  'before sent',
  'after sent',
  'mid-stream',
  'before recorded',
];

/** What a call of the kills says of itself, in its prompt. */
export interface Marker {
  readonly id: string;
  readonly point: Point;
  /** Its first request is refused with 503: from then on a gateway's retry is under way. */
  readonly isRefused: boolean;
}

/** Tokens of each answer. */
export const answerTokens = 100;

/** What the provider counts of a call. */
export interface CallAtProvider {
  /** Requests that were worked on. */
  requests: number;
  /** Tokens that it wrote, whoever got them. */
  tokens: number;
  isAtPoint: boolean;
  wasRefused?: boolean;
}

/** A prompt that carries it. */
export function promptOf({ id, point, isRefused }: Marker): string {
  return `[${id}|${point}|${isRefused ? 'refused' : 'taken'}]`;
}

/** @throws Error for a body that has none. */
export function markerIn(body: string): Marker {
  const [, id, point, first] = /\[([^[|\]]+)\|([^|\]]+)\|([^|\]]+)\]/.exec(body) ?? [];
  if (id === undefined) throw new Error('the prompt has no marker');
  return { id, point: point as Point, isRefused: first === 'refused' };
}
