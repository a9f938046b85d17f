import type { ClassifierRow } from './classifier-row.ts';
import { generalRows } from './general-rows.ts';
import { openaiDialectRows } from './openai-dialect-rows.ts';

const badRequest = [400, 404, 413, 422, 500];

/**
 * The classifier of OpenAI's Chat Completions and Responses, and of all servers that speak like
 * them. The first row that fits rules: rows for a code or message stand before rows for a status
 * alone.
 */
export const openaiRows: readonly ClassifierRow[] = [
  ...openaiDialectRows,

  // Money. OpenAI sends 429 for it, OpenRouter and DeepSeek 402.
  {
    type: 'QuotaExhausted',
    codes: [
      'insufficient_quota',
      'credit_balance_exhausted',
      'billing_hard_limit_reached',
      'billing_not_active',
      'quota_exceeded',
      'usage_limit_reached',
      'usage_limit_exceeded',
      'spend_limit_reached',
      'spend_limit_exceeded',
      'insufficient_credits',
      'insufficient_balance',
    ],
  },
  {
    type: 'QuotaExhausted',
    status: [400, 403, 429],
    message:
      /exceeded your current quota|credit balance is too low|insufficient (credits|balance|funds)|spend(ing)? limit|usage limit/i,
    reason: 'money ran out',
  },
  { type: 'QuotaExhausted', status: [429], message: /daily (limit|quota)/i, reason: 'daily quota' },

  // What can never fit.
  {
    type: 'ContextLengthExceeded',
    codes: ['context_length_exceeded', 'exceed_context_size_error', 'context_window_exceeded'],
  },
  {
    type: 'ContextLengthExceeded',
    status: badRequest,
    message:
      /maximum context length|model's context length|prompt is too long|exceeds? the (available |model's |maximum )*context|maximum model length/i,
    reason: 'context_length_exceeded',
  },
  { type: 'RequestTooLarge', exceedsLimit: true, reason: 'over the limit by itself' },

  // What was refused for its content.
  {
    type: 'ContentRejected',
    codes: [
      'content_filter',
      'content_policy_violation',
      'ResponsibleAIPolicyViolation',
      'moderation_blocked',
      'invalid_prompt',
    ],
  },
  {
    type: 'ContentRejected',
    status: [400, 403],
    message: /content management policy|flagged (by|as|for)|requires moderation|our safety system/i,
    reason: 'content_filter',
  },

  // The JSON schema. OpenAI names the parameter, its code may be null; vLLM has only the message.
  { type: 'SchemaRejected', codes: ['invalid_json_schema', 'unsupported_json_schema'] },
  {
    type: 'SchemaRejected',
    status: [400, 422],
    param: /^(response_format|text\.format)/,
    reason: 'response_format',
  },
  {
    type: 'SchemaRejected',
    status: [400, 422],
    message: /response_format|json[ _]schema|guided_json|structured outputs? (is|are) not|grammar/i,
    reason: 'response_format',
  },

  // Keys and rights. A 403 that names a model is about rights.
  {
    type: 'InvalidCredentials',
    codes: [
      'invalid_api_key',
      'incorrect_api_key',
      'API_KEY_INVALID',
      'invalid_authentication',
      'authentication_error',
      'token_expired',
      'account_deactivated',
      'invalid_organization',
    ],
  },
  {
    type: 'InvalidCredentials',
    status: [400],
    message: /api key (not valid|expired|not found)/i,
    reason: 'API_KEY_INVALID',
  },
  { type: 'PermissionDenied', codes: ['insufficient_permissions', 'missing_scope'] },
  {
    type: 'PermissionDenied',
    status: [401, 403],
    message: /insufficient permissions|missing scopes/i,
    reason: 'insufficient_permissions',
  },
  {
    type: 'PermissionDenied',
    status: [403],
    codes: [
      'unsupported_country_region_territory',
      'model_not_found',
      'permission_denied',
      'permission_error',
    ],
  },
  {
    type: 'ModelNotFound',
    status: [200, 400, 404, 410, 422],
    codes: [
      'model_not_found',
      'DeploymentNotFound',
      'model_not_available',
      'model_not_active',
      'model_decommissioned',
      'model_terms_required',
    ],
  },
  {
    type: 'ModelNotFound',
    status: [400, 404],
    message:
      /model\b.*(not found|does not exist|not exist|is not available)|not a valid model|no endpoints found|invalid model/i,
    reason: 'model_not_found',
  },

  // What time cures.
  {
    type: 'Overloaded',
    codes: [
      'server_overloaded',
      'overloaded_error',
      'model_overloaded',
      'server_is_overloaded',
      'slow_down',
      'queue_full',
    ],
  },
  {
    type: 'Overloaded',
    status: [429, 500],
    message: /overloaded|at capacity|server busy|queue (is )?full/i,
    reason: 'overloaded',
  },
  {
    type: 'RateLimited',
    status: [200, 429, 500],
    codes: ['rate_limit_exceeded', 'rate_limit_error', 'too_many_requests', 'RESOURCE_EXHAUSTED'],
  },

  // What is simply wrong.
  {
    type: 'InvalidRequest',
    status: [200, 400, 404, 422],
    codes: [
      'invalid_request_error',
      'unsupported_parameter',
      'unsupported_value',
      'missing_required_parameter',
      'invalid_value',
      'BadRequestError',
    ],
  },
  ...generalRows,
];
