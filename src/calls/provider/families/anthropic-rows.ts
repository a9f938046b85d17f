import type { ClassifierRow } from './classifier-row.ts';
import { openaiRows } from './openai-rows.ts';
import { quotaRows } from './quota-rows.ts';

/** Anthropic's Messages API (its page "Errors"). Its types are few: messages tell the rest. */
export const anthropicRows: readonly ClassifierRow[] = [
  { type: 'QuotaExhausted', codes: ['enforced_spend_limit_reached', 'billing_error'] },
  {
    type: 'QuotaExhausted',
    status: [400, 403, 429],
    message:
      /credit balance is too low|reached your specified (\w+ )?API usage limits|extra usage is required/i,
    reason: 'money ran out',
  },

  ...quotaRows,
  {
    type: 'ContextLengthExceeded',
    status: [400, 413],
    message:
      /prompt is too long|`?max_tokens`? exceeds? context limit|exceeds? the (\w+ )*context (limit|window)/i,
    reason: 'context_length_exceeded',
  },
  { type: 'RequestTooLarge', codes: ['request_too_large'] },
  {
    type: 'ContentRejected',
    status: [200, 400, 403],
    message: /content filtering policy|usage policy/i,
    reason: 'content_filter',
  },
  {
    type: 'SchemaRejected',
    status: [400, 500],
    message:
      /output_(config|format)\b|compiled grammar|grammar (compilation|error)|input_schema|json schema|schema is too complex/i,
    reason: 'output_config.format',
  },

  { type: 'InvalidCredentials', codes: ['authentication_error'] },
  { type: 'PermissionDenied', codes: ['permission_error'] },
  {
    type: 'PermissionDenied',
    status: [400],
    message: /organization has been disabled/i,
    reason: 'organization disabled',
  },
  {
    type: 'ModelNotFound',
    status: [400, 404],
    message: /^\s*model:|\bmodel\b.*(not found|does not exist|not available)/i,
    reason: 'model_not_found',
  },

  { type: 'Overloaded', codes: ['overloaded_error'] },
  // Also seen as an `api_error`.
  { type: 'Overloaded', status: [200, 500], message: /^\s*overloaded\b/i, reason: 'overloaded' },
  { type: 'RateLimited', status: [200, 429, 500], codes: ['rate_limit_error'] },
  // Anthropic worked on the request until then, and may bill it.
  { type: 'Timeout', status: [200, 408, 500, 504], codes: ['timeout_error'] },
  // What stands in between may speak like OpenAI, or wrap any other provider.
  ...openaiRows,
];
