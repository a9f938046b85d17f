import { message } from '../../healthy-answers.ts';
import { literally } from '../../literal-server.ts';
import { events, type Row, rules } from './row.ts';

const docs = 'https://platform.claude.com/docs/en/api/errors';
const list = 'https://www.developersdigest.tech/errors/api/anthropic-api';
const stopReasons = 'https://docs.rs/adk-rust/1.0.0/adk_rust/anthropic_client/enum.StopReason.html';

const failure = (type: string, text = 'no', fields: object = {}) => ({
  type: 'error',
  error: { type, message: text, ...fields },
  request_id: 'req_1',
});
const named = { 'request-id': 'req_018EeWyXxfu5pfWkrYcMdjWG' };

/** Anthropic's Messages API. */
// biome-ignore format: a table is read by its columns
export const anthropicRows: readonly Row[] = [
  { answer: '429 rate_limit_error', reply: literally(429, failure('rate_limit_error', 'This request would exceed the rate limit for your organization of 40,000 input tokens per minute.'), { 'retry-after': '18', ...named }), type: 'RateLimited', reason: 'rate_limit_error', retryAfterMs: 18_000, providerRequestId: 'req_018EeWyXxfu5pfWkrYcMdjWG', source: 'https://github.com/bhouston/mycoder/issues/62' },
  { answer: '429 rate_limit_error without headers', reply: literally(429, failure('rate_limit_error')), type: 'RateLimited', reason: 'rate_limit_error', source: docs },
  { answer: '200 a stream with a rate limit', reply: literally(200, events({ type: 'message_start', message: {} }, failure('rate_limit_error'))), type: 'RateLimited', reason: 'rate_limit_error', source: 'https://github.com/gradion-ai/freeact/pull/1' },
  { answer: '529 overloaded_error', reply: literally(529, failure('overloaded_error', 'Overloaded')), type: 'Overloaded', reason: 'overloaded_error', source: docs },
  { answer: '500 api_error: Overloaded', reply: literally(500, { ...failure('api_error', 'Overloaded'), request_id: null }), type: 'Overloaded', reason: 'overloaded', source: 'https://github.com/anthropics/claude-code/issues/8104' },
  { answer: '529 with x-should-retry: true', reply: literally(529, failure('overloaded_error', 'Overloaded'), { 'x-should-retry': 'true' }), type: 'Overloaded', reason: 'overloaded_error', source: 'https://github.com/anthropics/anthropic-sdk-typescript/issues/616' },
  { answer: '200 a stream that begins with its error', reply: literally(200, events(failure('overloaded_error', 'Overloaded', { details: null }))), type: 'Overloaded', reason: 'overloaded_error', source: 'https://github.com/Helicone/helicone/pull/4678' },
  { answer: '200 overloaded inside', reply: literally(200, failure('overloaded_error', 'Overloaded')), type: 'Overloaded', reason: 'overloaded_error', source: rules.hidden },
  { answer: '200 a stream with an error', reply: literally(200, events({ type: 'message_start', message: {} }, failure('overloaded_error', 'Overloaded'))), type: 'Overloaded', reason: 'overloaded_error', source: 'https://docs.anthropic.com/en/api/errors' },
  { answer: '500 api_error', reply: literally(500, failure('api_error', 'Internal server error')), type: 'ServerError', reason: 'api_error', source: docs },
  { answer: '200 a stream with api_error', reply: literally(200, events({ type: 'message_start', message: {} }, failure('api_error', 'Internal server error', { details: null }))), type: 'ServerError', reason: 'api_error', source: 'https://github.com/UKGovernmentBEIS/inspect_ai/pull/2572' },
  { answer: '504 timeout_error', reply: literally(504, failure('timeout_error', 'Request timed out')), type: 'Timeout', reason: 'timeout_error', source: `${list}/504-timeout-error` },

  { answer: '400 credit balance', reply: literally(400, failure('invalid_request_error', 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.')), type: 'QuotaExhausted', reason: 'money ran out', source: 'https://github.com/anthropics/claude-code/issues/66314' },
  { answer: '400 specified usage limits', reply: literally(400, failure('invalid_request_error', 'You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.')), type: 'QuotaExhausted', reason: 'money ran out', source: 'https://github.com/anthropics/claude-code/issues/38035' },
  { answer: '400 specified workspace usage limits', reply: literally(400, failure('invalid_request_error', 'You have reached your specified workspace API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.')), type: 'QuotaExhausted', reason: 'money ran out', source: `${list}/400-spend-limit-reached` },
  { answer: '429 enforced_spend_limit_reached', reply: literally(429, failure('rate_limit_error', 'no', { details: { error_code: 'enforced_spend_limit_reached' } })), type: 'QuotaExhausted', reason: 'enforced_spend_limit_reached', source: `${list}/429-enforced-spend-limit-reached` },
  { answer: '429 extra usage is required', reply: literally(429, failure('rate_limit_error', 'Extra usage is required for long context requests.')), type: 'QuotaExhausted', reason: 'money ran out', source: 'https://github.com/anthropics/claude-code/issues/33514' },
  { answer: '402 billing_error', reply: literally(402, failure('billing_error')), type: 'QuotaExhausted', reason: 'billing_error', source: docs },

  { answer: '400 prompt is too long', reply: literally(400, failure('invalid_request_error', 'prompt is too long: 208310 tokens > 200000 maximum')), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'https://github.com/anthropics/claude-code/issues/12186' },
  { answer: '400 input and max_tokens', reply: literally(400, failure('invalid_request_error', 'input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length or `max_tokens` and try again')), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'https://github.com/docker/docker-agent/issues/569' },
  { answer: '200 model_context_window_exceeded', reply: literally(200, message('half', { stop_reason: 'model_context_window_exceeded' })), type: 'ContextLengthExceeded', reason: 'model_context_window_exceeded', paid: true, source: stopReasons },
  { answer: '413 request_too_large', reply: literally(413, failure('request_too_large', 'Request exceeds the maximum allowed number of bytes.')), type: 'RequestTooLarge', reason: 'request_too_large', source: docs },

  { answer: '200 refusal', reply: literally(200, message('', { content: [], stop_reason: 'refusal' })), type: 'ContentRejected', reason: 'refusal', paid: true, source: stopReasons },
  { answer: '400 output blocked', reply: literally(400, failure('invalid_request_error', 'Output blocked by content filtering policy')), type: 'ContentRejected', reason: 'content_filter', source: 'https://github.com/anthropics/claude-code/issues/58367' },
  { answer: '200 a stream whose output is blocked', reply: literally(200, events({ type: 'error', error: { details: null, type: 'invalid_request_error', message: 'Output blocked by content filtering policy' }, request_id: 'req_1' })), type: 'ContentRejected', reason: 'content_filter', source: 'https://github.com/anthropics/claude-code/issues/55789' },

  { answer: '400 additionalProperties', reply: literally(400, failure('invalid_request_error', "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false")), type: 'SchemaRejected', reason: 'output_config.format', source: 'https://github.com/veryfront/veryfront-code/issues/3921' },
  { answer: '400 additionalProperties, as it was called', reply: literally(400, failure('invalid_request_error', "output_format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false")), type: 'SchemaRejected', reason: 'output_config.format', source: 'https://github.com/ax-llm/ax/issues/458' },
  { answer: '400 the grammar is too large', reply: literally(400, failure('invalid_request_error', 'The compiled grammar is too large, which would cause performance issues. Simplify your tool schemas or reduce the number of strict tools.')), type: 'SchemaRejected', reason: 'output_config.format', source: 'https://github.com/anthropics/anthropic-sdk-python/issues/1185' },

  { answer: '500 the grammar of vLLM behind the same protocol', reply: literally(500, failure('internal_error', 'Grammar error: Unimplemented keys: ["propertyNames"]')), type: 'SchemaRejected', reason: 'output_config.format', source: 'https://github.com/noonghunna/club-3090/issues/45' },
  { answer: '401 authentication_error', reply: literally(401, failure('authentication_error', 'invalid x-api-key')), type: 'InvalidCredentials', reason: 'authentication_error', source: docs },
  { answer: '403 permission_error', reply: literally(403, failure('permission_error', 'Your API key does not have permission to use the specified resource.')), type: 'PermissionDenied', reason: 'permission_error', source: docs },
  { answer: '400 organization disabled', reply: literally(400, failure('invalid_request_error', 'This organization has been disabled.')), type: 'PermissionDenied', reason: 'organization disabled', source: 'https://github.com/anthropics/claude-code/issues/19028' },
  { answer: '404 model', reply: literally(404, failure('not_found_error', 'model: sonnet4')), type: 'ModelNotFound', reason: 'model_not_found', source: 'https://github.com/anthropics/claude-code/issues/5349' },
  { answer: '404 anything else', reply: literally(404, failure('not_found_error', 'Not Found')), type: 'InvalidRequest', reason: 'not_found_error', source: 'https://github.com/openclaw/openclaw/issues/10552' },
  { answer: '400 invalid_request_error', reply: literally(400, failure('invalid_request_error', 'messages: roles must alternate between "user" and "assistant"')), type: 'InvalidRequest', reason: 'invalid_request_error', source: docs },
  { answer: '409 conflict_error', reply: literally(409, failure('conflict_error')), type: 'InvalidRequest', reason: 'conflict_error', source: docs },
  { answer: '400 a type that nobody has seen', reply: literally(400, failure('weather_error')), type: 'InvalidRequest', reason: 'weather_error', unclassified: true, source: rules.unseen },

  { answer: '200 of another protocol', reply: literally(200, { hello: 'world' }), type: 'MalformedResponse', reason: 'not a message', source: rules.notTheProtocol },
  { answer: '200 without content', reply: literally(200, { ...message('x'), content: undefined }), type: 'MalformedResponse', reason: 'not a message', source: rules.notTheProtocol },
];
