import { type ClassifierRow, words } from './classifier-row.ts';

const serverErrors = [500, 502, 504, 520, 521, 522, 523, 524, 525, 526, 527];

/** What a status usually means (RFC 9110, and CDNs' codes), where no error in the body says more. */
export const generalRows: readonly ClassifierRow[] = [
  { type: 'QuotaExhausted', status: [402], reason: 'payment required' },
  { type: 'RequestTooLarge', status: [413], reason: 'payload too large' },
  { type: 'InvalidCredentials', status: [401], reason: 'unauthorized' },
  { type: 'PermissionDenied', status: [403], reason: 'forbidden' },
  { type: 'PermissionDenied', status: [451], reason: 'unavailable for legal reasons' },
  { type: 'Overloaded', status: [503, 529], reason: 'unavailable' },
  { type: 'RateLimited', status: [429], reason: 'too many requests' },
  // Groq's full flex tier.
  { type: 'Overloaded', status: [498], reason: 'capacity_exceeded' },
  { type: 'Timeout', status: [408], reason: 'request timeout' },
  { type: 'ServerError', status: [409], message: /\block/i, reason: 'lock' },
  // RFC 4918, RFC 8470, nginx: what passes although it is a 4xx.
  { type: 'ServerError', status: [423], reason: 'lock' },
  { type: 'ServerError', status: [424], reason: 'failed dependency' },
  { type: 'ServerError', status: [425], reason: 'too early' },
  { type: 'ServerError', status: [499], reason: 'client closed request' },
  { type: 'ServerError', status: serverErrors },
  { type: 'InvalidRequest', status: [400, 404, 405, 409, 415, 422] },
  { type: 'InvalidRequest', status: [301, 302, 303, 307, 308], reason: 'redirect refused' },
  // A 200 whose body is an upstream error of an unknown kind.
  { type: 'ServerError', status: [200], reason: 'error inside a 200' },
];

/** Codes that say hardly more than the status, whoever sends them; they are no news to be logged. */
export const vagueRows: readonly ClassifierRow[] = [
  {
    type: 'ServerError',
    status: [200, ...serverErrors],
    codes: words(
      'server_error internal_error api_error internal_server_error InternalServerError InternalError InternalServerException upstream_error',
    ),
    vague: true,
  },
  {
    type: 'InvalidRequest',
    status: [200, 400, 404, 422],
    codes: words(
      'invalid_request_error unsupported_parameter unsupported_value missing_required_parameter invalid_value BadRequestError InvalidParameter validation validation_error invalid_request bad_request BadRequest ValidationException invalid_parameter_error not_found_error conflict_error',
    ),
    vague: true,
  },
];

/** Codes that repeat the status or name a limit's unit. */
export const emptyCodes: ReadonlySet<string> = new Set(
  'requests tokens Bad NotFoundError not_found notFound NotFound Too Unauthorized Forbidden forbidden error null None object failed unknown_error 3505 rate_limit_reached service_unavailable_error service_unavailable timeout missing value_error extra_forbidden literal_error string_type type_error json_invalid'.split(
    ' ',
  ),
);
