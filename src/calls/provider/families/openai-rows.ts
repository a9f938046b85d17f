import { type ClassifierRow, words } from './classifier-row.ts';
import { vagueRows } from './general-rows.ts';
import { openaiDialectRows, openrouterBudgetRows } from './openai-dialect-rows.ts';
import { providerCodeRows } from './provider-code-rows.ts';
import { googleQuotaRows, quotaRows } from './quota-rows.ts';

const badRequest = [400, 404, 413, 422, 500];

/**
 * The classifier of OpenAI's Chat Completions and Responses, and of all servers that speak like
 * them. The first row that fits rules: rows for a code or message stand before rows for a status
 * alone.
 */
export const openaiRows: readonly ClassifierRow[] = [
  // Google's OpenAI endpoint, whose sentences speak of a quota for every limit.
  ...googleQuotaRows,
  ...openrouterBudgetRows,
  ...providerCodeRows,
  ...quotaRows,
  ...openaiDialectRows,

  // What can never fit.
  {
    type: 'ContextLengthExceeded',
    codes: ['context_length_exceeded', 'exceed_context_size_error', 'context_window_exceeded'],
  },
  {
    type: 'ContextLengthExceeded',
    status: badRequest,
    message:
      /maximum (context|prompt|input|model) (length|window|size)|model's context length|(prompt|input|context|messages?)( is| are)? too (long|large)|exceed(s|ed|ing)? (the |its |your )?(available |model's |models |maximum |max )*context|context[- ]?(length|window|size|limit)?s?( is| was| has been)? (exceed|overflow)|context (length|window|size) of (only )?[\d,]+ tokens|context (length|window|size)[^.]*(exceed|too small)|inputs?`? (must|should|are to|has to|have to|needs? to) (have|be|contain) (less|fewer|shorter|smaller)|(prompt|input)s? (token count|tokens?|length)[^.]*(exceed|cannot be|can't be|should be \[|larger than|greater than)|tokens? (in the prompt )?(cannot|can't|must not|may not) exceed|too many (input |prompt )?tokens\b(?! per)|range of input length|longer than the (model|context|maximum)|reduce the length of (the|your) (messages|prompt|input)|(上下文|输入)[^。]{0,6}(超过|超出|超长|过长)|(prompt|input) exceeds (the )?max/i,
    unless: /\bper (min|day|sec)/i,
    reason: 'context_length_exceeded',
  },

  // What was refused for its content.
  {
    type: 'ContentRejected',
    codes: words(
      'content_filter content_policy_violation ResponsibleAIPolicyViolation moderation_blocked invalid_prompt',
    ),
  },
  {
    type: 'ContentRejected',
    status: [400, 403, 422, 451],
    message:
      /content management policy|flagged (by|as|for)|requires moderation|\bmoderation\b|safety (system|filter)|inappropriate content|content exists risk|sensitive (content|words?|information)|violat\w+ (our |the )?(\w+ )*(usage|content|safety) (guidelines?|polic\w+)|content (violates|blocked|was blocked)|blocked by (the )?(content|safety|guardrail)|敏感|违规|不安全/i,
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
    codes: words(
      'invalid_api_key incorrect_api_key API_KEY_INVALID invalid_authentication authentication_error token_expired account_deactivated invalid_organization',
    ),
  },
  {
    type: 'InvalidCredentials',
    status: [400, 403, 500],
    message:
      /api[- _]?key[^.]{0,20} (not valid|invalid|expired|not found|incorrect|revoked|was reported as leaked)|(no|missing) (api[- _]?key|authorization|credentials)\b|(invalid|incorrect|expired|wrong) (api[- _]?key|token|credentials)/i,
    reason: 'API_KEY_INVALID',
  },
  { type: 'PermissionDenied', codes: ['insufficient_permissions', 'missing_scope'] },
  {
    type: 'PermissionDenied',
    status: [400, 401, 403, 451],
    message:
      /(organi[sz]ation|account|project|user|team|workspace)\b[^.]{0,60} (is|are|was|were|has been|have been|got) (restricted|disabled|suspended|blocked|banned|deactivated|terminated)|(location|country|region|territory)\b[^.]{0,40}not (supported|available|served)|not available in your (country|region)/i,
    reason: 'account or region refused',
  },
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
    status: [200, 400, 404, 410, 422, 503],
    codes: words(
      'model_not_found DeploymentNotFound model_not_available model_not_active model_decommissioned model_terms_required',
    ),
  },
  {
    type: 'ModelNotFound',
    status: [400, 404, 410, 422],
    message:
      /model\b.*(not found|does not exist|doesn'?t exist|not exist|is not available|has been (withdrawn|retired|removed|decommissioned)|no longer (available|supported))|(no such|unknown|unsupported|not a valid) model\b(?! (architecture|parameter))|no endpoints found|invalid model\b|model (is )?not supported\b|^(not found )?function '[^']*'.*not found|模型不存在/i,
    unless: /response_format|json_schema|tool/i,
    reason: 'model_not_found',
  },

  // What time cures.
  {
    type: 'Overloaded',
    codes: words(
      'server_overloaded overloaded_error model_overloaded server_is_overloaded slow_down queue_full',
    ),
  },
  {
    type: 'Overloaded',
    status: [429, 500],
    message:
      /overloaded|(at|over|exceeded) capacity|server (is )?busy|queue (is )?full|(model|it) is (still |currently )?loading|no capacity|访问量过大|繁忙/i,
    reason: 'overloaded',
  },
  // OpenRouter, whose upstream failed and said no more: a repeat goes another way.
  {
    type: 'ServerError',
    status: [200, 404, 424],
    message:
      /^provider returned error\W*$|no (healthy|available) upstream|upstream (is |was )?(unavailable|failed|error)/i,
    reason: 'upstream failed',
  },
  // What is asked for is not there, and no retry makes it so: a base address without /v1, a model
  // that does not fit the machine.
  {
    type: 'InvalidRequest',
    status: [200, 404, 405, 501],
    message:
      /(unexpected|no such|unknown|invalid) (endpoint|route|path|url|method)|cannot (post|get) \/|(endpoint|route|path|url|page) (was )?not found/i,
    reason: 'no such address',
  },
  {
    type: 'InvalidRequest',
    status: [200, 400, 500, 503],
    message:
      /requires? more (system |gpu )?memory|needs more (system |gpu )?memory|(un|not )supported model architecture|unknown model architecture|unable to load model|failed to load model|error loading model/i,
    reason: 'the model cannot be loaded',
  },
  {
    type: 'RateLimited',
    status: [200, 429, 500],
    codes: ['rate_limit_exceeded', 'rate_limit_error', 'too_many_requests', 'RESOURCE_EXHAUSTED'],
  },
  // What passes, whatever the status that a proxy gave it.
  {
    type: 'Overloaded',
    status: [200, 400, 404, 422],
    message:
      /(server|service|system|engine|model) is (currently |too )*(busy|overloaded)|(try|retry)( again)? later|temporarily (unavailable|overloaded)|繁忙|稍后再?重?试/i,
    reason: 'overloaded',
  },
  { type: 'ServerError', status: [404, 424], message: /\btry again\b/i, reason: 'upstream failed' },

  ...vagueRows,
];
