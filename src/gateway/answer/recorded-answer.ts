import type { ForwardFailure } from '../../wire/forwarded.ts';
import type { StoredRequest } from '../store/stored-request.ts';
import type { Delivery } from './delivery.ts';
import type { ToldError } from './error-answer.ts';

/** What is recorded, as the client gets it: the provider's bytes, or an error of ours. */
export function deliver(delivery: Delivery, row: Partial<StoredRequest>): void {
  const { answer, answer_body: body, failure } = row;
  if (failure) delivery.error(toldError(failure, body ?? null));
  else if (answer && body) delivery.whole(answer, body);
  else delivery.error({ status: 500, type: 'ServerError', message: 'the record holds no answer' });
}

/** The provider's own words go to the client whose request they are about, and nowhere else. */
export function toldError(failure: ForwardFailure, body: Uint8Array | null): ToldError {
  const { type, status, message } = failure;
  const own = body && type !== 'InvalidCredentials' ? providersWords(body) : undefined;
  return { type, status, message: own?.message ?? message, param: own?.param ?? null };
}

function providersWords(body: Uint8Array): { message: string; param: string | null } | undefined {
  try {
    const { error } = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof error?.message !== 'string') return undefined;
    return { message: error.message, param: typeof error.param === 'string' ? error.param : null };
  } catch {
    return undefined;
  }
}
