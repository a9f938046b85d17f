import { response } from '../../healthy-answers.ts';
import { literally } from '../../literal-server.ts';
import { error, events, type Row, rules } from './row.ts';

const incompleteReasons =
  'https://docs.rs/crate/openai-client-base/0.12.0/source/src/models/object0_13.rs';
const responseError = 'https://docs.rs/crate/openai-types/0.1.2/source/src/responses/response.rs';
const guide = 'https://developers.openai.com/docs/guides/error-codes';
const reference = 'https://developers.openai.com/api/reference/resources/responses/methods/create';
const list = 'https://www.developersdigest.tech/errors/api/openai-api';

const failed = (fields: object) =>
  response('', { status: 'failed', output: [], usage: null, error: { message: 'no', ...fields } });
const incomplete = (reason: string, text = 'half an ans') =>
  response(text, { status: 'incomplete', incomplete_details: { reason } });
const refused = {
  output: [
    {
      type: 'message',
      id: 'msg_1',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'refusal', refusal: 'I cannot help with that.' }],
    },
  ],
};

/** OpenAI's Responses API: the same errors, and responses that are none. */
// biome-ignore format: a table is read by its columns
export const responsesRows: readonly Row[] = [
  { answer: '200 failed: server_error', reply: literally(200, failed({ code: 'server_error', message: 'An error occurred while processing your request.' })), type: 'ServerError', reason: 'server_error', source: 'https://github.com/Wei-Shaw/sub2api/issues/6714' },
  { answer: '200 failed: rate_limit_exceeded', reply: literally(200, failed({ code: 'rate_limit_exceeded', message: 'Rate limit reached. Please try again in 1.2s.' })), type: 'RateLimited', reason: 'rate_limit_exceeded', retryAfterMs: 1200, source: responseError },
  { answer: '200 failed: invalid_prompt', reply: literally(200, failed({ code: 'invalid_prompt' })), type: 'ContentRejected', reason: 'invalid_prompt', source: responseError },
  { answer: '200 failed, and no reason', reply: literally(200, response('', { status: 'failed', output: [] })), type: 'ServerError', reason: 'error inside a 200', paid: true, source: rules.hidden },
  { answer: '200 failed, as the event of a stream', reply: literally(200, events({ type: 'response.created', response: { status: 'in_progress', error: null } }, { type: 'response.failed', response: { status: 'failed', error: { code: 'server_error', message: 'no' } } })), type: 'ServerError', reason: 'server_error', source: 'https://github.com/Wei-Shaw/sub2api/issues/6714' },
  { answer: '200 overloaded, as the event of a stream', reply: literally(200, events({ type: 'response.in_progress', response: { status: 'in_progress', error: null } }, { type: 'error', error: { type: 'service_unavailable_error', code: 'server_is_overloaded', message: 'no', param: null }, sequence_number: 2 })), type: 'Overloaded', reason: 'server_is_overloaded', source: 'https://github.com/openai/codex/issues/43337' },
  { answer: '200 incomplete: content_filter', reply: literally(200, incomplete('content_filter')), type: 'ContentRejected', reason: 'content_filter', paid: true, source: incompleteReasons },
  { answer: '200 incomplete: content_filter, no output at all', reply: literally(200, { ...incomplete('content_filter'), output: null }), type: 'ContentRejected', reason: 'content_filter', source: incompleteReasons },
  { answer: '200 a refusal', reply: literally(200, response('', refused)), type: 'ContentRejected', reason: 'refusal', paid: true, source: 'https://github.com/langchain-ai/langchain/issues/34619' },
  { answer: '200 still queued', reply: literally(200, response('', { status: 'queued', output: [], usage: null })), type: 'MalformedResponse', reason: 'not a finished response', source: 'https://github.com/BerriAI/litellm/pull/19899' },
  { answer: '200 cancelled', reply: literally(200, response('', { status: 'cancelled', output: [], usage: null })), type: 'MalformedResponse', reason: 'not a finished response', source: reference },
  { answer: '200 of another protocol', reply: literally(200, { hello: 'world' }), type: 'MalformedResponse', reason: 'not a response', source: rules.notTheProtocol },
  { answer: '200 a chat completion', reply: literally(200, { choices: [{ message: { role: 'assistant', content: 'hi' } }] }), type: 'MalformedResponse', reason: 'not a response', source: rules.notTheProtocol },

  { answer: '400 text.format', reply: literally(400, { type: 'error', error: { type: 'invalid_request_error', code: 'invalid_json_schema', message: "Invalid schema for response_format 'answer'", param: 'text.format.schema' }, status: 400 }), type: 'SchemaRejected', reason: 'invalid_json_schema', source: 'https://github.com/Agent-Field/SWE-AF/issues/106' },
  { answer: '400 text.format.name', reply: literally(400, error({ type: 'invalid_request_error', param: 'text.format.name', code: 'missing_required_parameter' })), type: 'SchemaRejected', reason: 'response_format', source: 'https://github.com/jamesrochabrun/SwiftOpenAI/issues/151' },
  { answer: '400 context_length_exceeded', reply: literally(400, error({ code: 'context_length_exceeded', type: 'invalid_request_error', param: 'input' })), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'https://github.com/mnfst/llm-gateway/issues/2416' },
  { answer: '401 invalid_api_key', reply: literally(401, error({ code: 'invalid_api_key', type: 'invalid_request_error' })), type: 'InvalidCredentials', reason: 'invalid_api_key', source: guide },
  { answer: '404 model_not_found', reply: literally(404, error({ code: 'model_not_found', type: 'invalid_request_error' })), type: 'ModelNotFound', reason: 'model_not_found', source: 'https://github.com/Aider-AI/aider/issues/2030' },
  { answer: '429 rate_limit_exceeded', reply: literally(429, error({ code: 'rate_limit_exceeded', type: 'tokens' }), { 'retry-after-ms': '640' }), type: 'RateLimited', reason: 'rate_limit_exceeded', retryAfterMs: 640, source: guide },
  { answer: '429 insufficient_quota', reply: literally(429, error({ code: 'insufficient_quota', type: 'insufficient_quota' })), type: 'QuotaExhausted', reason: 'insufficient_quota', source: guide },
  { answer: '503 server_is_overloaded', reply: literally(503, error({ type: 'service_unavailable_error', code: 'server_is_overloaded' })), type: 'Overloaded', reason: 'server_is_overloaded', source: list },
];
