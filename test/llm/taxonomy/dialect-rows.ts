import { completion, literally } from '../literal-server.ts';
import { error, events, type Row } from './row.ts';

const azure = 'https://www.developersdigest.tech/errors/api/azure-openai';
const openrouter = 'https://openrouter.ai/docs/api/errors';
const openrouterBudget =
  'https://www.developersdigest.tech/errors/api/openrouter/402-in-flight-budget-exhausted';
const mistral = 'https://docs.mistral.ai/resources/error-glossary';
const groq = 'https://console.groq.com/docs/errors';
const deepseek = 'https://api-docs.deepseek.com/quick_start/error_codes';
const unverified = 'unverified';
/** What OpenRouter adds to an error of the provider behind it. */
const upstream = (code: number, raw: string) => ({
  error: { message: 'Provider returned error', code, metadata: { raw, provider_name: 'Nvidia' } },
});
const limited = (limit_source: string, code: number) => ({
  error: { code, message: 'limit', metadata: { limit_source } },
});

/** Servers that speak like OpenAI, with errors of their own. */
// biome-ignore format: a table is read by its columns
export const dialectRows: readonly Row[] = [
  // Azure OpenAI
  { answer: '404 Azure DeploymentNotFound', reply: literally(404, error({ code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.' })), type: 'ModelNotFound', reason: 'DeploymentNotFound', source: 'https://learn.microsoft.com/en-us/answers/questions/1369828/openai' },
  { answer: '404 Azure resource not found', reply: literally(404, { error: { code: '404', message: 'Resource not found' } }), type: 'InvalidRequest', source: 'https://qiita.com/baku2san/items/f0568e527cf57dd40dea' },
  { answer: '400 Azure content_filter with innererror', reply: literally(400, error({ code: 'content_filter', param: 'prompt', status: 400, message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: { violence: { filtered: true, severity: 'medium' } } } })), type: 'ContentRejected', reason: 'ResponsibleAIPolicyViolation', source: 'compl-ai/compl-ai#20' },
  { answer: '400 Azure content_filter without', reply: literally(400, error({ code: 'content_filter', param: 'prompt', status: 400 })), type: 'ContentRejected', reason: 'content_filter', source: 'openai/openai-python#331' },
  { answer: '429 Azure with retry-after-ms', reply: literally(429, { error: { code: '429', message: 'Rate limit is exceeded. Try again in 30 seconds.' } }, { 'retry-after': '30', 'retry-after-ms': '29500' }), type: 'RateLimited', reason: 'too many requests', retryAfterMs: 29_500, source: 'Azure-Samples/azure-search-openai-demo#177' },
  { answer: '429 Azure "retry after 9 seconds"', reply: literally(429, { error: { code: '429', message: 'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2023-03-15-preview have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 9 seconds.' } }), type: 'RateLimited', reason: 'too many requests', retryAfterMs: 9000, source: 'microsoft/sample-app-aoai-chatGPT#406' },
  { answer: '429 Azure "retry after 86400 seconds"', reply: literally(429, { error: { code: '429', message: 'have exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after 86400 seconds.' } }), type: 'RateLimited', reason: 'too many requests', retryAfterMs: 86_400_000, source: 'jasonacox/TinyLLM#17' },
  { answer: '401 Azure wrong key', reply: literally(401, { error: { code: '401', message: 'Access denied due to invalid subscription key or wrong API endpoint.' } }), type: 'InvalidCredentials', reason: 'unauthorized', source: azure },
  { answer: '403 Azure network rules', reply: literally(403, { error: { code: '403', message: 'Public access is disabled. Please configure private endpoint.' } }), type: 'PermissionDenied', reason: 'forbidden', source: azure },
  { answer: '400 Azure OperationNotSupported', reply: literally(400, error({ code: 'OperationNotSupported', message: 'The completion operation does not work with the specified model' })), type: 'InvalidRequest', source: 'https://qiita.com/baku2san/items/f0568e527cf57dd40dea' },

  // OpenRouter
  { answer: '402 OpenRouter credits', reply: literally(402, { error: { code: 402, message: 'Insufficient credits' } }), type: 'QuotaExhausted', reason: 'payment required', source: openrouter },
  { answer: '402 OpenRouter in-flight budget', reply: literally(402, limited('openrouter_in_flight_budget', 402), { 'retry-after': '5' }), type: 'RateLimited', reason: 'openrouter_in_flight_budget', retryAfterMs: 5000, source: openrouterBudget },
  { answer: '402 OpenRouter one request over the budget', reply: literally(402, limited('openrouter_credits', 402)), type: 'QuotaExhausted', reason: 'openrouter_credits', source: 'https://www.developersdigest.tech/errors/api/openrouter/402-weight-exceeds-budget' },
  { answer: '403 OpenRouter workspace budget', reply: literally(403, limited('openrouter_workspace_budget', 403)), type: 'QuotaExhausted', reason: 'openrouter_workspace_budget', source: 'https://www.developersdigest.tech/errors/api/openrouter/403-budget-limit-exceeded' },
  { answer: '429 OpenRouter free models per day', reply: literally(429, { error: { code: 429, message: 'Rate limit exceeded: free-models-per-day' } }), type: 'QuotaExhausted', reason: 'daily quota', source: 'https://openrouter.ai/docs/use-cases/limits' },
  { answer: '429 OpenRouter upstream is limited', reply: literally(429, { error: { message: 'Provider returned error', code: 429, metadata: { raw: 'z-ai/glm-5.3-flash is temporarily rate-limited upstream. Please retry shortly', provider_name: 'BaseTen', limit_source: 'upstream_provider_shared_pool' } } }), type: 'RateLimited', reason: 'too many requests', source: 'open-webui/computer#293' },
  { answer: '400 OpenRouter upstream context length', reply: literally(400, upstream(400, '{"error":{"message":"This model\'s maximum context length is 262144 tokens. However, your messages resulted in 262897 tokens.","type":"Bad Request","code":400}}')), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'cline/cline#13194' },
  { answer: '400 OpenRouter upstream refuses', reply: literally(400, upstream(400, '{"error":{"type":"invalid_request_error","code":"invalid_request_error","message":"Model supports at most 1 image per prompt."}}')), type: 'InvalidRequest', reason: 'invalid_request_error', source: 'diegosouzapw/OmniRoute#3044' },
  { answer: '400 OpenRouter upstream schema', reply: literally(400, upstream(400, '{\n  "error": {\n    "message": "Invalid schema for response_format \'default\': In context=(), \'additionalProperties\' is required to be supplied and to be false.",\n    "type": "invalid_request_error",\n    "param": "response_format",\n    "code": null\n  }\n}')), type: 'SchemaRejected', reason: 'response_format', source: 'dottxt-ai/outlines#1666' },
  { answer: '400 OpenRouter context length', reply: literally(400, { error: { code: 400, message: "This endpoint's maximum context length is 262000 tokens. However, you requested about 263390 tokens", metadata: { provider_name: null } } }), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'earendil-works/pi#6378' },
  { answer: '403 OpenRouter moderation', reply: literally(403, { error: { code: 403, message: 'This model requires moderation. Your input was flagged', metadata: { reasons: ['violence'] } } }), type: 'ContentRejected', reason: 'content_filter', source: openrouter },
  { answer: '404 OpenRouter no endpoints', reply: literally(404, { error: { message: 'No endpoints found for stepfun/step-3.5-flash:free.', code: 404 }, user_id: 'user_1' }), type: 'ModelNotFound', reason: 'model_not_found', source: 'Alishahryar1/free-claude-code#166' },
  { answer: '400 OpenRouter model id', reply: literally(400, { error: { code: 400, message: 'foo/bar is not a valid model ID' } }), type: 'ModelNotFound', reason: 'model_not_found', source: 'OpenRouterTeam/openrouter-examples#74' },
  { answer: '408 OpenRouter', reply: literally(408, { error: { code: 408, message: 'Your request timed out' } }), type: 'Timeout', reason: 'request timeout', source: openrouter },
  { answer: '502 OpenRouter', reply: literally(502, { error: { code: 502, message: 'Provider returned error' } }), type: 'ServerError', source: openrouter },
  { answer: '503 OpenRouter no provider', reply: literally(503, { error: { code: 503, message: 'There is no available model provider that meets your routing requirements' } }), type: 'Overloaded', reason: 'unavailable', source: openrouter },
  { answer: '200 OpenRouter with a 502 inside', reply: literally(200, { error: { code: 502, message: 'Provider returned error', metadata: {} } }), type: 'ServerError', source: openrouter },
  { answer: '200 OpenRouter with an error in the choice', reply: literally(200, completion('half', { finish_reason: 'error', error: { code: 502, message: 'died' } })), type: 'ServerError', paid: true, source: openrouter },
  { answer: '200 OpenRouter finish_reason error alone', reply: literally(200, completion('{"events": [{"title": "partial', { finish_reason: 'error' })), type: 'ServerError', reason: 'error inside a 200', paid: true, source: 'maximhq/bifrost#5425' },
  { answer: '200 OpenRouter a stream with an error', reply: literally(200, `: OPENROUTER PROCESSING\n\n${events({ id: 'gen-1', error: { code: 429, message: 'Rate limited' }, choices: [] })}`), type: 'RateLimited', reason: 'too many requests', source: openrouter },

  // Ollama and llama.cpp
  { answer: '404 Ollama plain string', reply: literally(404, { error: 'model "mistral" not found, try pulling it first' }), type: 'ModelNotFound', reason: 'model_not_found', source: 'Quansight/ragna#582' },
  { answer: '404 Ollama in OpenAI format', reply: literally(404, error({ message: 'model "ollama" not found, try pulling it first', type: 'api_error' })), type: 'ModelNotFound', reason: 'model_not_found', source: 'netease-youdao/QAnything#555' },
  { answer: '503 Ollama queue full', reply: literally(503, { error: 'server busy, please try again. maximum pending requests exceeded' }), type: 'Overloaded', reason: 'unavailable', source: 'ollama/ollama#4144' },
  { answer: '500 Ollama queue full, as it was', reply: literally(500, { error: 'server busy, please try again. maximum pending requests exceeded' }), type: 'Overloaded', reason: 'overloaded', source: 'ollama/ollama#4159' },
  { answer: '503 Ollama cloud', reply: literally(503, { error: 'Server overloaded, please retry shortly (ref: aaa65c70)' }), type: 'Overloaded', reason: 'unavailable', source: 'ollama/ollama#15934' },
  { answer: '400 llama.cpp', reply: literally(400, { error: { code: 400, message: 'the request exceeds the available context size. try increasing the context size or enable context shift', type: 'exceed_context_size_error', n_prompt_tokens: 14_429, n_ctx: 8192 } }), type: 'ContextLengthExceeded', reason: 'exceed_context_size_error', source: 'oobabooga/textgen#7257' },
  { answer: '200 llama.cpp with it inside', reply: literally(200, { error: { code: 400, message: 'the request exceeds the available context size.', type: 'exceed_context_size_error' } }), type: 'ContextLengthExceeded', reason: 'exceed_context_size_error', source: 'oobabooga/textgen#7257' },

  // vLLM
  { answer: '400 vLLM context length, message only', reply: literally(400, { object: 'error', message: "This model's maximum context length is 131072 tokens. However, you requested 156632 tokens (152536 in the messages, 4096 in the completion).", type: 'BadRequestError', param: null, code: 400 }), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'meta-llama/llama-verifications#58' },
  { answer: '400 vLLM no room for an answer', reply: literally(400, { object: 'error', message: 'max_tokens must be at least 1, got -186.', type: 'BadRequestError', param: null, code: 400 }), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'vllm-project/vllm#4667' },
  { answer: '404 vLLM', reply: literally(404, { object: 'error', message: 'The model `Qwen1.5-14B-Chat-GPTQ-Int8` does not exist.', type: 'NotFoundError', param: null, code: 404 }), type: 'ModelNotFound', reason: 'model_not_found', source: 'vllm-project/vllm#3485' },
  { answer: '400 vLLM grammar', reply: literally(400, { object: 'error', type: 'BadRequestError', code: 400, message: 'The provided JSON schema contains features not supported by xgrammar.' }), type: 'SchemaRejected', reason: 'response_format', source: 'vllm-project/vllm#16321' },

  { answer: '400 vLLM grammar of another backend', reply: literally(400, { object: 'error', type: 'BadRequestError', code: 400, message: 'Grammar error: Unknown format: uri' }), type: 'SchemaRejected', reason: 'response_format', source: 'z-lab/paroquant#31' },

  // Mistral
  { answer: '429 Mistral rate_limited', reply: literally(429, { object: 'error', message: 'Rate limit exceeded', type: 'rate_limited', param: null, code: '1300', raw_status_code: 429 }), type: 'RateLimited', reason: 'rate_limited', source: 'raycast/extensions#31107' },
  { answer: '429 Mistral message alone', reply: literally(429, { message: 'Requests rate limit exceeded' }), type: 'RateLimited', reason: 'too many requests', source: 'pydantic/pydantic-ai#1885' },
  { answer: '429 Mistral tier capacity, message alone', reply: literally(429, { object: 'error', message: 'Service tier capacity exceeded for this model.', type: 'invalid_request_error', param: null, code: null }), type: 'Overloaded', reason: 'service_tier_capacity_exceeded', source: 'continuedev/continue#6185' },
  { answer: '429 Mistral tier capacity', reply: literally(429, { object: 'error', message: 'Service tier capacity exceeded for this model.', type: 'service_tier_capacity_exceeded', param: null, code: '3505' }), type: 'Overloaded', reason: 'service_tier_capacity_exceeded', source: unverified },
  { answer: '400 Mistral unknown_model', reply: literally(400, { object: 'error', message: 'Invalid model: mistral-medium', type: 'invalid_request_error', param: 'model', code: 'unknown_model' }), type: 'ModelNotFound', reason: 'unknown_model', source: mistral },
  { answer: '422 Mistral extra inputs', reply: literally(422, { detail: [{ type: 'extra_forbidden', loc: ['body', 'store'], msg: 'Extra inputs are not permitted' }] }), type: 'InvalidRequest', source: 'Gitlawb/openclaude#739' },
  { answer: '401 Mistral', reply: literally(401, { detail: 'Unauthorized' }), type: 'InvalidCredentials', reason: 'unauthorized', source: mistral },

  // Groq
  { answer: '413 Groq tokens per minute', reply: literally(413, error({ message: 'Request too large for model `llama-3.1-70b-versatile` in organization `org_1` on tokens per minute (TPM): Limit 6000, Requested 18993, please reduce your message size and try again.', type: 'tokens', code: 'rate_limit_exceeded' })), type: 'RequestTooLarge', reason: 'over the limit by itself', source: 'bklieger-groq/NotebookLlama-Groq#1' },
  { answer: '429 Groq tokens per day', reply: literally(429, error({ message: 'Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_1` service tier `on_demand` on tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try again in 9m38.016s.', type: 'tokens', code: 'rate_limit_exceeded' })), type: 'RateLimited', reason: 'rate_limit_exceeded', retryAfterMs: 578_016, source: 'continuedev/continue#10920' },
  { answer: '400 Groq json_validate_failed', reply: literally(400, error({ message: "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.", type: 'invalid_request_error', code: 'json_validate_failed', failed_generation: '{"a": ' })), type: 'MalformedResponse', reason: 'json_validate_failed', source: 'thepersonalaicompany/amurex-backend#38' },
  { answer: '498 Groq flex tier is full', reply: literally(498, error({ code: 'capacity_exceeded' })), type: 'Overloaded', reason: 'capacity_exceeded', source: 'https://console.groq.com/docs/flex-processing' },
  { answer: '498 Groq without a body', reply: literally(498, ''), type: 'Overloaded', reason: 'capacity_exceeded', source: groq },
  { answer: '404 Groq model', reply: literally(404, error({ message: 'The model `llama3.1-405b` does not exist or you do not have access to it.', type: 'invalid_request_error', code: 'model_not_found' })), type: 'ModelNotFound', reason: 'model_not_found', source: 'continuedev/continue#10832' },
  { answer: '400 Groq model_decommissioned', reply: literally(400, error({ code: 'model_decommissioned' })), type: 'ModelNotFound', reason: 'model_decommissioned', source: 'atiilla/sqlmap-ai#3' },

  // DeepSeek, Fireworks, Together
  { answer: '402 DeepSeek', reply: literally(402, error({ message: 'Insufficient Balance', type: 'unknown_error', code: 'invalid_request_error' })), type: 'QuotaExhausted', reason: 'payment required', source: 'Aider-AI/aider#4851' },
  { answer: '400 DeepSeek behind a proxy', reply: literally(400, error({ message: 'Insufficient Balance', type: 'unknown_error', code: 'invalid_request_error' })), type: 'QuotaExhausted', reason: 'money ran out', source: 'Aider-AI/aider#4851' },
  { answer: '422 DeepSeek', reply: literally(422, error({ message: 'Invalid parameters', type: 'invalid_request_error' })), type: 'InvalidRequest', reason: 'invalid_request_error', source: deepseek },
  { answer: '503 DeepSeek', reply: literally(503, error({ message: 'Server overloaded' })), type: 'Overloaded', reason: 'unavailable', source: deepseek },
  { answer: '412 Fireworks', reply: literally(412, { error: { message: 'Account pollinations is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices.', param: null, code: 'PRECONDITION_FAILED', type: 'error' }, request_id: '11650e2f' }), type: 'QuotaExhausted', reason: 'account suspended', source: 'pollinations/pollinations#12136' },
  { answer: '412 of anyone else', reply: literally(412, error({ code: 'PRECONDITION_FAILED' })), type: 'InvalidRequest', unclassified: true, source: unverified },
  { answer: '422 Together context length', reply: literally(422, error({ message: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 7900 `inputs` tokens and 2000 `max_new_tokens`', type: 'invalid_request_error' })), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'stanford-crfm/helm#2080' },

  // Google's OpenAI endpoint
  { answer: '429 Google per minute', reply: literally(429, [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'You exceeded your current quota, please check your plan and billing details.', details: [{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }] }, { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '13.5s' }] } }]), type: 'RateLimited', reason: 'RESOURCE_EXHAUSTED', retryAfterMs: 13_500, source: 'google-gemini/gemini-cli#8437' },
  { answer: '429 Google per day', reply: literally(429, [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'You exceeded your current quota.', details: [{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel' }] }] } }]), type: 'QuotaExhausted', reason: 'daily quota', source: 'langgenius/dify#19838' },
  { answer: '400 Google API_KEY_INVALID', reply: literally(400, [{ error: { code: 400, status: 'INVALID_ARGUMENT', message: 'API key not valid. Please pass a valid API key.', details: [{ reason: 'API_KEY_INVALID' }] } }]), type: 'InvalidCredentials', reason: 'API_KEY_INVALID', source: 'cequence-io/openai-scala-client#109' },

  // Anthropic's OpenAI endpoint
  { answer: '429 Anthropic in OpenAI format', reply: literally(429, { error: { code: 'rate_limit_error', message: 'This request would exceed the rate limit for your organization of 20,000 input tokens per minute.', type: 'invalid_request_error', param: null } }), type: 'RateLimited', reason: 'rate_limit_error', source: 'FoundationAgents/OpenManus#746' },
  { answer: '400 Anthropic credit balance', reply: literally(400, error({ message: 'Your credit balance is too low to access the Anthropic API.' })), type: 'QuotaExhausted', reason: 'money ran out', source: 'anthropics/claude-quickstarts#229' },
  { answer: '400 Anthropic prompt is too long', reply: literally(400, error({ message: 'prompt is too long: 202128 tokens > 200000 maximum' })), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: 'stackblitz/bolt.new#1748' },
];
