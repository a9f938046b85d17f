import type { ClassifierRow } from './classifier-row.ts';
import { openaiRows } from './openai-rows.ts';
import { googleQuotaRows, quotaRows } from './quota-rows.ts';

/** The classifier of Google's `generateContent`; see its page on API errors. */
export const googleRows: readonly ClassifierRow[] = [
  ...googleQuotaRows,
  ...quotaRows,
  { type: 'QuotaExhausted', status: [400, 402, 403], codes: ['BILLING_DISABLED'] },

  {
    type: 'ContextLengthExceeded',
    status: [400, 413],
    message: /token count\b.*\bexceeds the maximum number of tokens|exceeds the maximum.*context/i,
    reason: 'context_length_exceeded',
  },
  {
    type: 'RequestTooLarge',
    status: [400],
    message: /payload size exceeds/i,
    reason: 'payload too large',
  },
  {
    type: 'SchemaRejected',
    status: [400],
    message:
      /response_?(json_?)?schema|json schema|too many states for serving|schema produces a constraint/i,
    reason: 'responseJsonSchema',
  },

  {
    type: 'InvalidCredentials',
    status: [400, 401, 403],
    codes: ['API_KEY_INVALID', 'API_KEY_EXPIRED', 'UNAUTHENTICATED'],
  },
  {
    type: 'InvalidCredentials',
    status: [400, 403],
    message: /api key (not valid|expired|not found|was reported as leaked)|unregistered callers/i,
    reason: 'API_KEY_INVALID',
  },
  {
    type: 'PermissionDenied',
    status: [400, 403],
    codes: [
      'API_KEY_SERVICE_BLOCKED',
      'API_KEY_IP_ADDRESS_BLOCKED',
      'API_KEY_HTTP_REFERRER_BLOCKED',
      'SERVICE_DISABLED',
      'CONSUMER_SUSPENDED',
      'PERMISSION_DENIED',
      // The region is not served, or has no free tier.
      'FAILED_PRECONDITION',
    ],
  },
  {
    type: 'ModelNotFound',
    status: [400, 404],
    message:
      /models?\/\S+ (is )?not found|not supported for generateContent|unexpected model name/i,
    reason: 'model_not_found',
  },

  { type: 'Overloaded', status: [200, 500, 503], codes: ['UNAVAILABLE'] },
  // Google's own deadline: it worked on the request, and may bill it.
  { type: 'Timeout', status: [200, 500, 503, 504], codes: ['DEADLINE_EXCEEDED'] },
  { type: 'ServerError', status: [409, 499], codes: ['ABORTED', 'CANCELLED'] },
  {
    type: 'ServerError',
    status: [200, 500, 502],
    codes: ['INTERNAL', 'UNKNOWN', 'DATA_LOSS'],
    vague: true,
  },
  { type: 'InvalidRequest', status: [501], codes: ['UNIMPLEMENTED'] },
  {
    type: 'InvalidRequest',
    status: [200, 400, 404],
    codes: ['INVALID_ARGUMENT', 'OUT_OF_RANGE', 'NOT_FOUND'],
    vague: true,
  },
  // What stands in between may speak like OpenAI, or wrap any other provider.
  ...openaiRows,
];
