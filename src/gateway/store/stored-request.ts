import type { Selectable } from 'kysely';
import type { ForwardedAnswer, ForwardedRequest, ForwardFailure } from '../../wire/forwarded.ts';
import type { RequestTable } from './gateway-tables.ts';

/** A stored request as it is read: JSON columns parsed. */
export interface StoredRequest
  extends Omit<Selectable<RequestTable>, 'request' | 'answer' | 'failure' | 'reserved'> {
  readonly request: ForwardedRequest;
  readonly answer: ForwardedAnswer | null;
  readonly failure: ForwardFailure | null;
}

/** A row as it is read. */
export function parsed(row: Selectable<RequestTable>): StoredRequest {
  const read = (text: string | null) => (text === null ? null : JSON.parse(text));
  return {
    ...row,
    request: JSON.parse(row.request),
    answer: read(row.answer),
    failure: read(row.failure),
  };
}
