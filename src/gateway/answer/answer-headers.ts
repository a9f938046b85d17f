import { costOf, formatAmount } from '../../policies/budget-price.ts';
import type { Price } from '../../policies/budget-schema.ts';
import type { ForwardedRequest } from '../../wire/forwarded.ts';
import type { StoredRequest } from '../store/stored-request.ts';

/** What an answer is told with. */
export type ToldRequest = Partial<
  Pick<StoredRequest, 'attempts' | 'possibly_billed' | 'answer' | 'state'>
> & { readonly id: string; readonly request: ForwardedRequest };

/** Our headers of an answer: what the call took, what it cost, and where to look at it. */
export function answerHeaders(
  { id, request, attempts, possibly_billed, answer }: ToldRequest,
  price: Price | undefined,
  uiUrl: string | undefined,
): Record<string, string> {
  const usage = answer?.usage;
  return {
    'x-request-id': id,
    'x-holdfast-model': request.model,
    'x-holdfast-workflow': id,
    ...(attempts !== undefined && { 'x-holdfast-attempts': String(attempts) }),
    ...(possibly_billed !== undefined && { 'x-holdfast-possibly-billed': String(possibly_billed) }),
    ...(usage &&
      price && { 'x-holdfast-cost': `${formatAmount(costOf(usage, price))} ${price.currency}` }),
    ...(uiUrl !== undefined && { link: `<${uiUrl}/workflows/${id}>; rel="monitor"` }),
  };
}
