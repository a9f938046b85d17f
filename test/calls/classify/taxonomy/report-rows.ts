import { completion, literally } from '../../literal-server.ts';
import { error, type Row } from './row.ts';

/** An error as Python prints it, as it stands in the messages of proxies written in Python. */
const inPython = (message: string) => error({ message, type: null, code: 500 });
const wrapped = (raw: object, code: number) => ({
  error: { message: 'Provider returned error', code, metadata: { raw: JSON.stringify(raw) } },
});
const today = {
  error: {
    code: 429,
    message: 'Rate limit exceeded: free-models-per-day. Add credits',
    metadata: { headers: { 'X-RateLimit-Limit': '50', 'X-RateLimit-Remaining': '0' } },
  },
};
const soon = {
  error: {
    code: 429,
    message: 'Rate limit exceeded: free-models-per-min.',
    metadata: {
      headers: {
        'X-RateLimit-Remaining': '0',
        'X-RateLimit-Reset': `${Date.UTC(2026, 10, 1) + 9000}`,
      },
    },
  },
};

/** Answers of public reports, their facts in words of our own: wrapped errors, money, days, languages. */
// biome-ignore format: a table is read by its columns
export const reportRows: readonly Row[] = [
  { answer: '500 LiteLLM around a minute of Vertex, in Python', reply: literally(500, inPython("Error code: 500 - {'error': {'message': \"Error code: 429 - {'error': {'code': 429, 'message': 'The quota of online_prediction_tokens_per_minute is exceeded', 'status': 'RESOURCE_EXHAUSTED'}}\", 'type': None, 'code': 500}}")), type: 'RateLimited', reason: 'RESOURCE_EXHAUSTED', source: 'https://github.com/BerriAI/litellm/issues/4259' },
  { answer: '500 a proxy around insufficient_quota, in Python', reply: literally(500, inPython("OpenAIException - Error code: 429 - {'error': {'message': 'no', 'type': 'insufficient_quota', 'param': None, 'code': 'insufficient_quota'}}")), type: 'QuotaExhausted', reason: 'insufficient_quota', source: 'https://github.com/OpenHands/OpenHands/issues/998' },
  { answer: '429 Cloudflare, the neurons of a day', reply: literally(429, { errors: [{ code: 4006, message: 'the free allocation of neurons for the day is used up' }], success: false }), type: 'QuotaExhausted', reason: '4006', source: 'https://github.com/get-engram/engram/issues/34' },
  { answer: '429 OpenRouter, a day, with its headers inside', reply: literally(429, today), type: 'QuotaExhausted', reason: 'money ran out', source: 'https://github.com/Gitlawb/openclaude/issues/936' },
  { answer: '429 OpenRouter, a minute, with its reset inside', reply: literally(429, soon), type: 'RateLimited', reason: 'rate limit', retryAfterMs: 9000, source: 'https://github.com/everruns/everruns/pull/2280' },
  { answer: '429 Bedrock, too many tokens', reply: literally(429, { message: 'Too many tokens, wait a little and try again.' }), type: 'RateLimited', reason: 'too many requests', source: 'https://github.com/anthropics/claude-code/issues/236' },
  { answer: '429 Bedrock by its exception', reply: literally(429, { __type: 'com.amazon.coral.service#ThrottlingException', message: 'Too many requests' }), type: 'RateLimited', reason: 'ThrottlingException', source: 'https://github.com/BerriAI/litellm/issues/589' },
  { answer: '403 Volcengine, an overdue balance', reply: literally(403, error({ code: 'AccountOverdueError', message: 'the balance is overdue', type: 'Forbidden' })), type: 'QuotaExhausted', reason: 'AccountOverdueError', source: 'https://github.com/coze-dev/coze-studio/issues/2195' },
  { answer: '403 an overdue account, in words', reply: literally(403, error({ message: 'Denied: this account is overdue' })), type: 'QuotaExhausted', reason: 'money ran out', source: 'https://github.com/RooCodeInc/Roo-Code/issues/12309' },
  { answer: '429 Zhipu 1308, hours, in Chinese', reply: literally(429, { error: { code: '1308', message: '\u5df2\u8fbe\u5230 5 \u5c0f\u65f6\u7684\u4f7f\u7528\u4e0a\u9650' } }), type: 'QuotaExhausted', reason: '1308', source: 'https://github.com/dirge-code/dirge/issues/818' },
  { answer: '429 Zhipu 1302, a rate', reply: literally(429, { error: { code: '1302', message: 'The rate of requests is reached' } }), type: 'RateLimited', reason: '1302', source: 'https://github.com/anomalyco/opencode/issues/14535' },
  { answer: '400 Zhipu 1305, too many visitors, in Chinese', reply: literally(400, { error: { code: '1305', message: '\u8bbf\u95ee\u91cf\u8fc7\u5927' } }), type: 'Overloaded', reason: '1305', source: 'https://github.com/HKUDS/nanobot/pull/3864' },
  { answer: '502 a gateway around several upstreams', reply: literally(502, error({ message: 'All failed: zai: 429: {"error":{"code":"1308","message":"Usage limit of 5 hours"}}, other: 403: {"error":{"message":"the subscription payment is past due","code":null}}' })), type: 'QuotaExhausted', reason: '1308', source: 'https://github.com/continuedev/continue/issues/13195' },
  { answer: '403 a reseller without balance', reply: literally(403, { code: 'INSUFFICIENT_BALANCE', message: 'The account has too little' }), type: 'QuotaExhausted', reason: 'INSUFFICIENT_BALANCE', source: 'https://github.com/Wei-Shaw/sub2api/issues/890' },
  { answer: '429 ModelScope around MiniMax 1008', reply: literally(429, error({ http_code: '429', message: 'no balance (1008)', type: 'insufficient_balance_error' })), type: 'QuotaExhausted', reason: 'insufficient_balance_error', source: 'https://github.com/modelscope/modelscope/issues/1691' },
  { answer: '429 Ollama cloud, the usage of a session', reply: literally(429, { error: 'the session usage limit is reached, upgrade for more' }), type: 'QuotaExhausted', reason: 'money ran out', source: 'https://github.com/continuedev/continue/issues/11444' },
  { answer: '429 Cerebras, tokens of a minute', reply: literally(429, { message: 'The limit of tokens per minute is exceeded: too many tokens.' }), type: 'RateLimited', reason: 'rate limit', source: 'https://github.com/continuedev/continue/issues/9800' },
  { answer: '400 DashScope behind a gateway, arrears', reply: literally(400, wrapped({ error: { code: 'Arrearage', message: 'see overdue-payment' } }, 400)), type: 'QuotaExhausted', reason: 'Arrearage', source: 'https://github.com/anomalyco/opencode/issues/22994' },
  { answer: '200 reasoning, stop, and content null', reply: literally(200, completion(null, {}, { reasoning_content: 'so ...' })), type: 'MalformedResponse', reason: 'no text in the answer', paid: true, source: 'https://github.com/vllm-project/vllm-ascend/issues/9131' },
  { answer: '200 MiniMax 1002 in its envelope', reply: literally(200, { choices: null, base_resp: { status_code: 1002, status_msg: 'too fast' } }), type: 'RateLimited', reason: 'base_resp.1002', source: 'https://github.com/CherryHQ/cherry-studio/issues/11287' },
];
