import type { ClassifierRow } from './classifier-row.ts';

const serverErrors = [500, 502, 504, 520, 521, 522, 523, 524, 525, 526, 527];

/** What a status usually means (RFC 9110, and CDNs' codes): the end of every family's table. */
export const generalRows: readonly ClassifierRow[] = [
  { type: 'QuotaExhausted', status: [402], reason: 'payment required' },
  { type: 'RequestTooLarge', status: [413], reason: 'payload too large' },
  { type: 'InvalidCredentials', status: [401], reason: 'unauthorized' },
  { type: 'PermissionDenied', status: [403], reason: 'forbidden' },
  { type: 'Overloaded', status: [503, 529], reason: 'unavailable' },
  { type: 'RateLimited', status: [429], reason: 'too many requests' },
  { type: 'Timeout', status: [408], reason: 'request timeout' },
  { type: 'ServerError', status: [409], message: /\block/i, reason: 'lock' },
  {
    type: 'ServerError',
    status: [200, ...serverErrors],
    codes: ['server_error', 'internal_error', 'api_error', 'internal_server_error'],
  },
  { type: 'ServerError', status: serverErrors },
  { type: 'InvalidRequest', status: [400, 404, 405, 409, 415, 422] },
  { type: 'InvalidRequest', status: [301, 302, 303, 307, 308], reason: 'redirect refused' },
  // A 200 whose body is an upstream error of an unknown kind.
  { type: 'ServerError', status: [200], reason: 'error inside a 200' },
];
