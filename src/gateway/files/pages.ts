import type { Page, PageOf } from '../../batch/files/page.ts';
import { NotForwardable } from '../../calls/forward/read-incoming.ts';

/**
 * Which page a client asks for.
 *
 * @throws NotForwardable
 */
export function pageOf(
  query: Readonly<Record<string, string>>,
  tenant: string,
  limits: { readonly usual: number; readonly most: number },
): PageOf {
  const { after, limit, order = 'desc' } = query;
  const count = limit === undefined ? limits.usual : Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > limits.most) {
    throw new NotForwardable(`it must be from 1 to ${limits.most}`, 400, 'limit');
  }
  if (order !== 'asc' && order !== 'desc') {
    throw new NotForwardable('it must be asc or desc', 400, 'order');
  }
  return { tenant, after, limit: count, order };
}

/** A page as OpenAI's clients go on from it. */
export function listObject<T extends { readonly id: string }>(
  data: readonly T[],
  { hasMore }: Pick<Page<unknown>, 'hasMore'>,
) {
  const ids = { first_id: data.at(0)?.id ?? null, last_id: data.at(-1)?.id ?? null };
  return { object: 'list', data, ...ids, has_more: hasMore };
}

/** A time as OpenAI writes it. */
export function secondsOf(ms: number | null): number | null {
  return ms === null ? null : Math.floor(Number(ms) / 1000);
}
