import { generated } from '../../healthy-answers.ts';
import { literally } from '../../literal-server.ts';
import { events, type Row, rules } from './row.ts';

const docs = 'https://ai.google.dev/gemini-api/docs/generate-content/api-errors';
const reasons = 'https://cloud.google.com/apis/design/errors';
const vertex =
  'https://docs.cloud.google.com/java/docs/reference/google-cloud-vertexai/latest/com.google.cloud.vertexai.api.GenerateContentResponse.PromptFeedback.BlockedReason';
const finish = 'https://github.com/BerriAI/litellm/issues/40864';

const status = (code: number, name: string, message = 'no', details?: object[]) => ({
  error: { code, message, status: name, ...(details && { details }) },
});
const quota = (...quotaIds: string[]) => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: quotaIds.map((quotaId) => ({ quotaId })),
});
const retryIn = (retryDelay: string) => ({
  '@type': 'type.googleapis.com/google.rpc.RetryInfo',
  retryDelay,
});
const info = (reason: string) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
});
const exceeded = 'You exceeded your current quota, please check your plan and billing details.';
const perMinute = 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier';
const perDay = 'GenerateRequestsPerDayPerProjectPerModel-FreeTier';
/** A candidate that stopped without a word. */
const stopped = (finishReason: string) => generated('', { content: {}, finishReason });
const usageAlone = { inputTokens: 12_559, outputTokens: 0 };

/** Google's generateContent. */
// biome-ignore format: a table is read by its columns
export const googleRows: readonly Row[] = [
  { answer: '429 per minute, with RetryInfo', reply: literally(429, status(429, 'RESOURCE_EXHAUSTED', exceeded, [quota(perMinute), retryIn('13.5s')])), type: 'RateLimited', reason: 'RESOURCE_EXHAUSTED', retryAfterMs: 13_500, source: 'https://github.com/google-gemini/gemini-cli/issues/8437' },
  { answer: '429 tokens per minute', reply: literally(429, status(429, 'RESOURCE_EXHAUSTED', exceeded, [quota('GenerateContentInputTokensPerModelPerMinute-FreeTier')])), type: 'RateLimited', reason: 'RESOURCE_EXHAUSTED', source: 'https://github.com/google-gemini/gemini-cli/issues/8437' },
  { answer: '429 as a list', reply: literally(429, [status(429, 'RESOURCE_EXHAUSTED', exceeded, [quota(perMinute)])]), type: 'RateLimited', reason: 'RESOURCE_EXHAUSTED', source: 'https://github.com/google-gemini/gemini-cli/issues/25607' },
  { answer: '429 "Please retry in 20.04s", no RetryInfo', reply: literally(429, status(429, 'RESOURCE_EXHAUSTED', `${exceeded}\n* Quota exceeded for metric: generate_requests, limit: 15\nPlease retry in 20.04466179s.`)), type: 'RateLimited', reason: 'RESOURCE_EXHAUSTED', retryAfterMs: 20_045, source: 'https://github.com/continuedev/continue/issues/10062' },
  { answer: '429 without details', reply: literally(429, status(429, 'RESOURCE_EXHAUSTED', 'Resource exhausted. Please try again later.')), type: 'RateLimited', reason: 'RESOURCE_EXHAUSTED', source: docs },
  { answer: '429 per day', reply: literally(429, status(429, 'RESOURCE_EXHAUSTED', exceeded, [quota('GenerateRequestsPerDayPerProjectPerModel')])), type: 'QuotaExhausted', reason: 'daily quota', source: 'https://github.com/langgenius/dify/issues/19838' },
  { answer: '429 per minute and per day', reply: literally(429, status(429, 'RESOURCE_EXHAUSTED', exceeded, [quota(perMinute, perDay), retryIn('20s')])), type: 'QuotaExhausted', reason: 'daily quota', retryAfterMs: 20_000, source: 'https://github.com/google-gemini/gemini-cli/issues/8437' },
  { answer: '429 limit: 0, not in the free tier', reply: literally(429, status(429, 'RESOURCE_EXHAUSTED', `${exceeded}\n* Quota exceeded for metric: generate_content_free_tier_requests, limit: 0, model: gemini-2.5-pro\nPlease retry in 20.04466179s.`)), type: 'QuotaExhausted', reason: 'no quota for this model', retryAfterMs: 20_045, source: 'https://github.com/continuedev/continue/issues/10062' },
  { answer: '402 prepaid credits', reply: literally(402, status(402, 'RESOURCE_EXHAUSTED')), type: 'QuotaExhausted', reason: 'payment required', source: `${docs}?hl=hi` },
  { answer: '403 BILLING_DISABLED', reply: literally(403, status(403, 'PERMISSION_DENIED', 'This API method requires billing to be enabled.', [info('BILLING_DISABLED')])), type: 'QuotaExhausted', reason: 'BILLING_DISABLED', source: 'https://cloud.google.com/php/docs/reference/common-protos/latest/Api.ErrorReason' },

  { answer: '503 UNAVAILABLE', reply: literally(503, status(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.')), type: 'Overloaded', reason: 'UNAVAILABLE', source: 'https://github.com/lobehub/lobehub/issues/9728' },
  { answer: '503 high demand', reply: literally(503, status(503, 'UNAVAILABLE', 'This model is currently experiencing high demand. Spikes in demand are usually temporary.')), type: 'Overloaded', reason: 'UNAVAILABLE', source: 'https://github.com/continuedev/continue/issues/10639' },
  { answer: '503 MODEL_CAPACITY_EXHAUSTED', reply: literally(503, status(503, 'UNAVAILABLE', 'No capacity available for model on the server', [info('MODEL_CAPACITY_EXHAUSTED')])), type: 'Overloaded', reason: 'UNAVAILABLE', source: 'https://github.com/google-gemini/gemini-cli/issues/23520' },
  { answer: '200 a stream with UNAVAILABLE', reply: literally(200, events(generated('The first half of', { finishReason: undefined }), status(503, 'UNAVAILABLE'))), type: 'Overloaded', reason: 'UNAVAILABLE', source: 'https://github.com/diegosouzapw/OmniRoute/pull/4182' },
  { answer: '504 DEADLINE_EXCEEDED', reply: literally(504, status(504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.')), type: 'Timeout', reason: 'DEADLINE_EXCEEDED', source: 'https://github.com/letta-ai/letta/issues/2861' },
  { answer: '499 CANCELLED', reply: literally(499, status(499, 'CANCELLED')), type: 'ServerError', reason: 'CANCELLED', source: `${docs}?hl=ja` },
  { answer: '500 INTERNAL', reply: literally(500, status(500, 'INTERNAL', 'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting')), type: 'ServerError', reason: 'INTERNAL', source: 'https://github.com/google-gemini/gemini-cli/issues/7316' },
  { answer: '409 ABORTED', reply: literally(409, status(409, 'ABORTED')), type: 'ServerError', reason: 'ABORTED', source: reasons },
  { answer: '501 UNIMPLEMENTED', reply: literally(501, status(501, 'UNIMPLEMENTED')), type: 'InvalidRequest', reason: 'UNIMPLEMENTED', source: reasons },

  { answer: '400 API_KEY_INVALID', reply: literally(400, status(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [info('API_KEY_INVALID'), { '@type': 'type.googleapis.com/google.rpc.LocalizedMessage', locale: 'en-US', message: 'API key not valid.' }])), type: 'InvalidCredentials', reason: 'API_KEY_INVALID', source: 'https://github.com/cequence-io/openai-scala-client/issues/109' },
  { answer: '400 API key not found, reason alone', reply: literally(400, status(400, 'INVALID_ARGUMENT', 'API Key not found. Please pass a valid API key.', [{ reason: 'API_KEY_INVALID', domain: 'googleapis.com' }])), type: 'InvalidCredentials', reason: 'API_KEY_INVALID', source: 'https://github.com/Wei-Shaw/sub2api/issues/1709' },
  { answer: '400 API key expired', reply: literally(400, status(400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.', [info('API_KEY_INVALID')])), type: 'InvalidCredentials', reason: 'API_KEY_INVALID', source: 'https://github.com/plainbook-ai/plainbook/issues/25' },
  { answer: '400 API key expired, wrapped as a text', reply: literally(400, { error: { message: JSON.stringify(status(400, 'INVALID_ARGUMENT', 'API key expired.', [info('API_KEY_INVALID')])), code: 400, status: 'Bad Request' } }), type: 'InvalidCredentials', reason: 'API_KEY_INVALID', source: 'https://github.com/continuedev/continue/issues/11336' },
  { answer: '403 API_KEY_SERVICE_BLOCKED', reply: literally(403, status(403, 'PERMISSION_DENIED', 'Requests to this API generativelanguage.googleapis.com method google.ai.generativelanguage.v1beta.GenerativeService.GenerateContent are blocked.', [info('API_KEY_SERVICE_BLOCKED')])), type: 'PermissionDenied', reason: 'PERMISSION_DENIED', source: 'https://github.com/continuedev/continue/issues/12781' },
  { answer: '403 a leaked key', reply: literally(403, status(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.')), type: 'InvalidCredentials', reason: 'API_KEY_INVALID', source: 'https://github.com/continuedev/continue/issues/11541' },
  { answer: '403 unregistered callers', reply: literally(403, status(403, 'PERMISSION_DENIED', "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.")), type: 'InvalidCredentials', reason: 'API_KEY_INVALID', source: 'https://github.com/PublicAffairs/openai-gemini/issues/92' },
  { answer: '401 UNAUTHENTICATED', reply: literally(401, status(401, 'UNAUTHENTICATED')), type: 'InvalidCredentials', reason: 'UNAUTHENTICATED', source: reasons },
  { answer: '403 PERMISSION_DENIED', reply: literally(403, [status(403, 'PERMISSION_DENIED', 'The caller does not have permission')]), type: 'PermissionDenied', reason: 'PERMISSION_DENIED', source: 'https://github.com/google-gemini/gemini-cli/issues/25607' },
  { answer: '403 SERVICE_DISABLED', reply: literally(403, status(403, 'PERMISSION_DENIED', 'API has not been used in project before or it is disabled.', [info('SERVICE_DISABLED')])), type: 'PermissionDenied', reason: 'PERMISSION_DENIED', source: 'https://github.com/google-gemini/gemini-cli/issues/1343' },
  { answer: '400 location', reply: literally(400, status(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.')), type: 'PermissionDenied', reason: 'FAILED_PRECONDITION', source: 'https://github.com/google-gemini/gemini-cli/issues/24641' },
  { answer: '400 no free tier in the country', reply: literally(400, status(400, 'FAILED_PRECONDITION', 'Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio.')), type: 'PermissionDenied', reason: 'FAILED_PRECONDITION', source: docs },
  { answer: '404 model', reply: literally(404, status(404, 'NOT_FOUND', 'models/gemini-pro is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.')), type: 'ModelNotFound', reason: 'model_not_found', source: 'https://github.com/wwardaww/gnome-gemini-ai/issues/22' },
  { answer: '404 a file', reply: literally(404, status(404, 'NOT_FOUND', 'Requested entity was not found.')), type: 'InvalidRequest', reason: 'NOT_FOUND', source: docs },

  { answer: '400 token count', reply: literally(400, status(400, 'INVALID_ARGUMENT', 'The input token count (3475108) exceeds the maximum number of tokens allowed (1048576).')), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'https://github.com/google-gemini/gemini-cli/issues/4231' },
  { answer: '400 token count, as a list', reply: literally(400, [{ error: { code: 400, message: 'The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).', errors: [{ domain: 'global', reason: 'badRequest' }], status: 'INVALID_ARGUMENT' } }]), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'https://github.com/google-gemini/gemini-cli/issues/6678' },
  { answer: '400 payload size', reply: literally(400, status(400, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit: 20971520 bytes.')), type: 'RequestTooLarge', reason: 'payload too large', source: 'https://github.com/MaKTaiL/gemini-srt-translator/issues/63' },
  { answer: '413 body size', reply: literally(413, { error: { message: 'Maximum request body size 1048576 exceeded, actual body size 1056562', code: 413, status: 'Request Entity Too Large' } }), type: 'RequestTooLarge', reason: 'payload too large', source: 'https://github.com/google-gemini/gemini-cli/issues/13776' },
  { answer: '400 schema with too many states', reply: literally(400, status(400, 'INVALID_ARGUMENT', 'The specified schema produces a constraint that has too many states for serving.')), type: 'SchemaRejected', reason: 'responseJsonSchema', source: 'https://github.com/googleapis/python-genai/issues/660' },
  { answer: '400 response_schema field', reply: literally(400, status(400, 'INVALID_ARGUMENT', "Unknown name \"additionalProperties\" at 'generation_config.response_schema.properties[0].value.items': Cannot find field.")), type: 'SchemaRejected', reason: 'responseJsonSchema', source: 'https://github.com/prism-php/prism/issues/974' },
  { answer: '400 INVALID_ARGUMENT', reply: literally(400, status(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.')), type: 'InvalidRequest', reason: 'INVALID_ARGUMENT', source: 'https://github.com/bethington/ghidra-mcp/issues/440' },
  { answer: '400 a status that nobody has seen', reply: literally(400, status(400, 'RAINED_OFF')), type: 'InvalidRequest', reason: 'RAINED_OFF', unclassified: true, source: rules.unseen },

  { answer: '200 blocked prompt', reply: literally(200, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 12_559, totalTokenCount: 12_559 }, modelVersion: 'gemini-1.5-flash-002' }), type: 'ContentRejected', reason: 'PROHIBITED_CONTENT', paid: usageAlone, source: 'https://github.com/vercel/ai/issues/4235' },
  { answer: '200 blocked prompt: SAFETY', reply: literally(200, { promptFeedback: { blockReason: 'SAFETY' } }), type: 'ContentRejected', reason: 'SAFETY', source: 'https://ai.google.dev/api/python/google/generativeai/protos/GenerateContentResponse/PromptFeedback/BlockReason' },
  { answer: '200 blocked prompt: MODEL_ARMOR', reply: literally(200, { promptFeedback: { blockReason: 'MODEL_ARMOR' } }), type: 'ContentRejected', reason: 'MODEL_ARMOR', source: vertex },
  { answer: '200 blocked prompt: JAILBREAK', reply: literally(200, { promptFeedback: { blockReason: 'JAILBREAK' } }), type: 'ContentRejected', reason: 'JAILBREAK', source: vertex },
  { answer: '200 blocked prompt, unknown reason', reply: literally(200, { promptFeedback: { blockReason: 'FAKE_NEW_BLOCK_REASON' } }), type: 'ContentRejected', reason: 'prompt blocked', source: 'https://github.com/firebase/firebase-ios-sdk/blob/ba90c19833bcc1724f8123e5e14b8ad0a7ed708d/FirebaseAI/Tests/Unit/GenerativeModelVertexAITests.swift' },
  { answer: '200 stopped: SAFETY', reply: literally(200, stopped('SAFETY')), type: 'ContentRejected', reason: 'SAFETY', paid: true, source: 'https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/process-blocked-responses' },
  { answer: '200 stopped: RECITATION', reply: literally(200, stopped('RECITATION')), type: 'ContentRejected', reason: 'RECITATION', paid: true, source: finish },
  { answer: '200 stopped: PROHIBITED_CONTENT', reply: literally(200, stopped('PROHIBITED_CONTENT')), type: 'ContentRejected', reason: 'PROHIBITED_CONTENT', paid: true, source: 'https://hexdocs.pm/gemini_ex/Gemini.Types.Enums.BlockedReason.html' },
  { answer: '200 stopped: BLOCKLIST', reply: literally(200, stopped('BLOCKLIST')), type: 'ContentRejected', reason: 'BLOCKLIST', paid: true, source: 'https://hexdocs.pm/gemini_ex/Gemini.Types.Enums.BlockedReason.html' },
  { answer: '200 stopped: SPII', reply: literally(200, stopped('SPII')), type: 'ContentRejected', reason: 'SPII', paid: true, source: 'https://hexdocs.pm/gemini_ex/Gemini.Types.Enums.BlockedReason.html' },
  { answer: '200 stopped half way: SAFETY', reply: literally(200, generated('The first half of', { finishReason: 'SAFETY' })), type: 'ContentRejected', reason: 'SAFETY', paid: true, source: 'https://github.com/FirebaseExtended/vertexai-sdk-test-data/blob/3737ae1fe9c5ecbd55abdeabc273ef4f392cbf19/mock-responses/googleai/unary-failure-finish-reason-safety.txt' },
  { answer: '200 stopped: OTHER, without content', reply: literally(200, { candidates: [{ finishReason: 'OTHER', index: 0 }], usageMetadata: { promptTokenCount: 171, totalTokenCount: 171 } }), type: 'MalformedResponse', reason: 'OTHER', paid: { inputTokens: 171, outputTokens: 0 }, source: 'https://github.com/google/generative-ai-docs/issues/235' },
  { answer: '200 stopped: MALFORMED_FUNCTION_CALL', reply: literally(200, { candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: 'Malformed function call', index: 0 }] }), type: 'MalformedResponse', reason: 'MALFORMED_FUNCTION_CALL', source: 'https://github.com/0xPlaygrounds/rig/issues/1030' },
  { answer: '200 without candidates', reply: literally(200, { candidates: [], usageMetadata: { promptTokenCount: 11, totalTokenCount: 11 } }), type: 'MalformedResponse', reason: 'no candidates', paid: { inputTokens: 11, outputTokens: 0 }, source: 'https://github.com/songquanpeng/one-api/issues/1718' },
  { answer: '200 of another protocol', reply: literally(200, { hello: 'world' }), type: 'MalformedResponse', reason: 'no candidates', source: rules.notTheProtocol },
  { answer: '200 a list', reply: literally(200, '[1]'), type: 'MalformedResponse', reason: 'not generated content', source: rules.notTheProtocol },
];
