import { completion, literally } from '../../literal-server.ts';
import { error, events, type Row, rules } from './row.ts';

const guide = 'https://developers.openai.com/docs/guides/error-codes';
const list = 'https://www.developersdigest.tech/errors/api/openai-api';

/** OpenAI's own Chat Completions. */
// biome-ignore format: a table is read by its columns
export const openaiRows: readonly Row[] = [
  { answer: '429 rate_limit_exceeded', reply: literally(429, error({ code: 'rate_limit_exceeded', type: 'requests' })), type: 'RateLimited', reason: 'rate_limit_exceeded', source: guide },
  { answer: '429 rate_limit_exceeded with Retry-After', reply: literally(429, error({ code: 'rate_limit_exceeded' }), { 'retry-after': '7' }), type: 'RateLimited', reason: 'rate_limit_exceeded', retryAfterMs: 7000, source: guide },
  { answer: '429 "try again in 3.89s", no header', reply: literally(429, error({ code: 'rate_limit_exceeded', type: 'tokens', message: 'Rate limit reached for gpt-4.1 in organization org-1 on tokens per min (TPM): Limit 30000, Used 28039, Requested 3906. Please try again in 3.89s. Visit https://platform.openai.com/account/rate-limits to learn more.' })), type: 'RateLimited', reason: 'rate_limit_exceeded', retryAfterMs: 3890, source: 'https://github.com/continuedev/continue/issues/10502' },
  { answer: '429 whose numbers can never fit', reply: literally(429, error({ code: 'rate_limit_exceeded', type: 'tokens', message: 'Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389. The input or output tokens must be reduced in order to run successfully.' })), type: 'RequestTooLarge', reason: 'over the limit by itself', source: 'https://github.com/vanna-ai/vanna-flask/issues/11' },
  { answer: '429 whose numbers fit later', reply: literally(429, error({ code: 'rate_limit_exceeded', message: 'Limit 30,000, Used 29,000, Requested 2,000.' })), type: 'RateLimited', reason: 'rate_limit_exceeded', source: 'https://github.com/continuedev/continue/issues/10502' },
  { answer: '200 a stream with a rate limit', reply: literally(200, events({ choices: [] }, error({ code: 'rate_limit_exceeded' }))), type: 'RateLimited', reason: 'rate_limit_exceeded', source: 'https://github.com/openai/openai-node/blob/master/src/core/streaming.ts' },

  { answer: '503 the engine is overloaded', reply: literally(503, error({ message: 'The engine is currently overloaded, please try again later' })), type: 'Overloaded', reason: 'unavailable', source: guide },
  { answer: '503 server_is_overloaded', reply: literally(503, error({ type: 'service_unavailable_error', code: 'server_is_overloaded' })), type: 'Overloaded', reason: 'server_is_overloaded', source: list },
  { answer: '503 slow_down', reply: literally(503, error({ type: 'service_unavailable_error', code: 'slow_down' })), type: 'Overloaded', reason: 'slow_down', source: list },
  { answer: '429 the engine is overloaded, message only', reply: literally(429, error({ message: 'The engine is currently overloaded, please try again later' })), type: 'Overloaded', reason: 'overloaded', source: 'https://w3cschool.cn/openai_api/openai-api-error-codes.html' },

  { answer: '500 server_error', reply: literally(500, error({ type: 'server_error', message: 'The server had an error while processing your request. Sorry about that!' })), type: 'ServerError', reason: 'server_error', source: guide },
  { answer: '409 lock', reply: literally(409, error({ type: 'invalid_request_error', message: 'Could not acquire lock on the resource' })), type: 'ServerError', reason: 'lock', source: 'https://github.com/openai/openai-node/blob/master/src/client.ts' },
  { answer: '409 that is not a lock', reply: literally(409, error({ message: 'Account usage requires reconciliation', type: 'conflict_error', code: 'quota_accounting_blocked' })), type: 'InvalidRequest', reason: 'quota_accounting_blocked', unclassified: true, source: rules.unseen },
  { answer: '409 blocked is not a lock', reply: literally(409, error({ message: 'the request was blocked' })), type: 'InvalidRequest', source: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.10' },

  { answer: '401 invalid_api_key', reply: literally(401, error({ code: 'invalid_api_key', type: 'invalid_request_error', message: 'Incorrect API key provided: sk-secret' })), type: 'InvalidCredentials', reason: 'invalid_api_key', source: guide },
  { answer: '200 with invalid_api_key inside', reply: literally(200, error({ code: 'invalid_api_key' })), type: 'InvalidCredentials', reason: 'invalid_api_key', source: rules.hidden },
  { answer: '401 missing scopes, code null', reply: literally(401, error({ type: 'invalid_request_error', message: 'You have insufficient permissions for this operation. Missing scopes: model.request. Check that you have the correct role in your organization (Reader, Writer, Owner) and project (Member, Owner)' })), type: 'PermissionDenied', reason: 'insufficient_permissions', source: 'https://github.com/microsoft/PowerToys/issues/32989' },
  { answer: '401 missing_scope', reply: literally(401, error({ code: 'missing_scope', type: 'invalid_request_error' })), type: 'PermissionDenied', reason: 'missing_scope', source: 'https://github.com/Wei-Shaw/sub2api/issues/1566' },
  { answer: '403 region', reply: literally(403, error({ code: 'unsupported_country_region_territory' })), type: 'PermissionDenied', reason: 'unsupported_country_region_territory', source: guide },
  { answer: '403 model_not_found: no access to it', reply: literally(403, error({ code: 'model_not_found', type: 'invalid_request_error' })), type: 'PermissionDenied', reason: 'model_not_found', source: 'https://github.com/cursor/cursor/issues/2953' },
  { answer: '404 model_not_found', reply: literally(404, error({ code: 'model_not_found', type: 'invalid_request_error', message: 'The model `gpt-4o` does not exist or you do not have access to it.' })), type: 'ModelNotFound', reason: 'model_not_found', source: 'https://github.com/Aider-AI/aider/issues/2030' },

  { answer: '429 insufficient_quota', reply: literally(429, error({ code: 'insufficient_quota', type: 'insufficient_quota', message: 'You exceeded your current quota, please check your plan and billing details.' }), { 'x-should-retry': 'false' }), type: 'QuotaExhausted', reason: 'insufficient_quota', source: guide },
  { answer: '429 credit_balance_exhausted', reply: literally(429, error({ code: 'credit_balance_exhausted', type: 'insufficient_quota' })), type: 'QuotaExhausted', reason: 'credit_balance_exhausted', source: list },
  // This report has the body, Decryptu/DecryptGPT#1 its status.
  { answer: '400 billing_hard_limit_reached', reply: literally(400, error({ code: 'billing_hard_limit_reached', type: 'invalid_request_error' })), type: 'QuotaExhausted', reason: 'billing_hard_limit_reached', source: 'https://github.com/dfinke/PowerShellAI/issues/127' },

  { answer: '400 context_length_exceeded', reply: literally(400, error({ code: 'context_length_exceeded', type: 'invalid_request_error', param: 'messages', message: "This model's maximum context length is 4097 tokens. However, your messages resulted in 4301 tokens." })), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'https://github.com/xtekky/gpt4free/issues/137' },
  { answer: '400 content_policy_violation', reply: literally(400, error({ code: 'content_policy_violation', type: 'invalid_request_error' })), type: 'ContentRejected', reason: 'content_policy_violation', source: 'https://github.com/songquanpeng/one-api/issues/737' },
  { answer: '400 the safety system, message only', reply: literally(400, error({ type: 'invalid_request_error', message: 'Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.' })), type: 'ContentRejected', reason: 'content_filter', source: 'https://github.com/openai/openai-openapi/issues/11' },
  { answer: 'finish reason content_filter', reply: literally(200, completion('', { finish_reason: 'content_filter' })), type: 'ContentRejected', reason: 'content_filter', status: 200, paid: true, source: 'https://www.developersdigest.tech/errors/api/azure-openai' },
  { answer: 'a refusal', reply: literally(200, completion(null, {}, { refusal: 'I cannot help with that.' })), type: 'ContentRejected', reason: 'refusal', status: 200, paid: true, source: 'https://github.com/MacPaw/OpenAI/issues/249' },
  { answer: 'a refusal beside an empty text', reply: literally(200, completion('', {}, { refusal: 'I cannot help with that.' })), type: 'ContentRejected', reason: 'refusal', status: 200, paid: true, source: 'https://github.com/openai/openai-agents-js/issues/1686' },
  { answer: 'a refusal cut by the limit', reply: literally(200, completion(null, { finish_reason: 'length' }, { refusal: 'I cannot' })), type: 'ContentRejected', reason: 'refusal', status: 200, paid: true, source: rules.refused },

  { answer: '400 response_format, code null', reply: literally(400, error({ type: 'invalid_request_error', param: 'response_format', message: "Invalid schema for response_format 'answer'" })), type: 'SchemaRejected', reason: 'response_format', source: 'https://github.com/dottxt-ai/outlines/issues/844' },
  { answer: '400 response_format.type', reply: literally(400, error({ type: 'invalid_request_error', param: 'response_format.type', code: 'invalid_value', message: "Invalid value: 'object'. Supported values are: 'json_object', 'json_schema', and 'text'." })), type: 'SchemaRejected', reason: 'response_format', source: 'https://github.com/epuerta9/deep-research-py/issues/19' },
  { answer: '400 unsupported_parameter', reply: literally(400, error({ code: 'unsupported_parameter', param: 'max_tokens', type: 'invalid_request_error' })), type: 'InvalidRequest', reason: 'unsupported_parameter', source: 'https://github.com/tailcallhq/forgecode/issues/1081' },
  { answer: '400 service_tier', reply: literally(400, error({ type: 'invalid_request_error', param: 'service_tier', message: 'Invalid service_tier argument: The requested service tier is not allowed for this project.' })), type: 'InvalidRequest', reason: 'invalid_request_error', source: list },

  { answer: '200 of another protocol', reply: literally(200, { hello: 'world' }), type: 'MalformedResponse', reason: 'not a chat completion', source: rules.notTheProtocol },
  { answer: '200 null', reply: literally(200, 'null'), type: 'MalformedResponse', reason: 'not a chat completion', source: rules.notTheProtocol },
  { answer: '200 without choices', reply: literally(200, { ...completion('x'), choices: [] }), type: 'MalformedResponse', reason: 'not a chat completion', source: 'https://github.com/pydantic/pydantic-ai/pull/7910' },
];
