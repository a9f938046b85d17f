import { literally } from '../../literal-server.ts';
import { error, type Row, rules } from './row.ts';

/** A 429 of a minute, which says in some way when to come back. */
const limited = (message: string) => error({ message, code: 'rate_limit_exceeded' });
const soon = { type: 'RateLimited', reason: 'rate_limit_exceeded', retryAfterMs: 3000 } as const;
const amazon =
  'https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html';
const draft = 'https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/';
const management = 'https://learn.microsoft.com/en-us/azure/api-management/quota-policy';
const baidu = 'https://ai.baidu.com/ai-doc/WENXINWORKSHOP/tlmyncueh';
const spent = { type: 'QuotaExhausted', reason: 'money ran out', source: rules.money } as const;

/** Neighbours of what reports tell: other wordings, languages, envelopes and headers of the same kinds. */
// biome-ignore format: a table is read by its columns
export const neighbourRows: readonly Row[] = [
  { answer: '200 Baidu 17, a day', reply: literally(200, { error_code: 17, error_msg: 'Open api daily request limit reached' }), type: 'QuotaExhausted', reason: '17', source: baidu },
  { answer: '200 Baidu 18, a second', reply: literally(200, { error_code: 18, error_msg: 'Open api qps request limit reached' }), type: 'RateLimited', reason: '18', source: baidu },
  { answer: '200 Baidu 19, in all', reply: literally(200, { error_code: 19, error_msg: 'Open api total request limit reached' }), type: 'QuotaExhausted', reason: '19', source: baidu },
  { answer: '200 Baidu 336000', reply: literally(200, { error_code: 336000, error_msg: 'Internal error' }), type: 'ServerError', reason: '336000', source: 'https://ai.baidu.com/ai-doc/BML/Hkhzv1j2k' },
  { answer: '200 a small number of somebody else', reply: literally(200, { error_code: 17, error_msg: 'no such voice' }), type: 'ServerError', reason: '17', unclassified: true, source: rules.unseen },
  { answer: '200 Baidu 110, the token', reply: literally(200, { error_code: 110, error_msg: 'Access token invalid or no longer valid' }), type: 'InvalidCredentials', reason: '110', source: baidu },
  { answer: '200 Tencent, within its own envelope', reply: literally(200, { Response: { Error: { Code: 'FailedOperation.ResourcePackExhausted', Message: 'it is used up' }, RequestId: 'r' } }), type: 'QuotaExhausted', reason: 'FailedOperation.ResourcePackExhausted', source: 'https://cloud.tencent.com/document/api/1729/101847' },
  { answer: '400 Bedrock, a model that it does not know', reply: literally(400, { __type: 'ValidationException', message: 'The provided model identifier is invalid.' }), type: 'ModelNotFound', reason: 'model_not_found', source: amazon },
  { answer: '403 Bedrock, an expired token, by its message', reply: literally(403, { message: 'The security token included in the request is expired' }), type: 'InvalidCredentials', reason: 'invalid token', source: amazon },
  { answer: '403 API Management, no calls left', reply: literally(403, { statusCode: 403, message: 'Out of call volume quota. Quota will be replenished in 02:15:30.' }), type: 'QuotaExhausted', reason: 'money ran out', source: management },
  { answer: '503 a relay without a channel for the model', reply: literally(503, error({ message: 'no channel', code: 'model_not_found' })), type: 'ModelNotFound', reason: 'model_not_found', source: 'https://github.com/QuantumNous/new-api/pull/6310' },
  { answer: '502 an error as GraphQL has it', reply: literally(502, { errors: [{ message: 'x', extensions: { code: 'insufficient_quota' } }] }), type: 'QuotaExhausted', reason: 'insufficient_quota', source: rules.innermost },
  { answer: '403 a moderation that was not charged', reply: literally(403, error({ message: 'Requires moderation. No credits were charged.' })), type: 'ContentRejected', reason: 'content_filter', source: rules.refused },
  { answer: '403 a balance of zero', reply: literally(403, error({ message: 'Your prepaid balance is zero' })), ...spent },
  { answer: '403 credits that have run out', reply: literally(403, error({ message: 'Your credits have run out' })), ...spent },
  { answer: '403 a trial that ended', reply: literally(403, error({ message: 'Your free trial has ended.' })), ...spent },
  { answer: '429 a billing period', reply: literally(429, error({ message: 'You hit the limit of this billing period' })), ...spent },
  { answer: '400 no balance, in Chinese', reply: literally(400, error({ message: '余额为零' })), ...spent },
  { answer: '403 no balance, in Japanese', reply: literally(403, error({ message: '残高が不足しています' })), ...spent },
  { answer: '403 no credits, in French', reply: literally(403, error({ message: 'Crédits insuffisants' })), ...spent },
  { answer: '403 no money, in Russian', reply: literally(403, error({ message: 'Недостаточно средств на балансе' })), ...spent },
  { answer: '400 a server that is busy', reply: literally(400, error({ message: 'The server is busy, please try again later' })), type: 'Overloaded', reason: 'overloaded', source: rules.hidden },
  { answer: '400 a prompt that is too long, in Chinese', reply: literally(400, error({ message: '上下文长度超过限制' })), type: 'ContextLengthExceeded', reason: 'context_length_exceeded', source: rules.everyLanguage },
  { answer: '429 the header of the IETF draft', reply: literally(429, limited('x'), { ratelimit: '"minute";r=0;t=3, "day";r=50;t=900' }), ...soon, source: draft },
  { answer: '429 the header of the older draft', reply: literally(429, limited('x'), { ratelimit: 'limit=100, remaining=0, reset=3' }), ...soon, source: draft },
  { answer: '429 x-rate-limit-reset', reply: literally(429, limited('x'), { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '3' }), ...soon, source: rules.usedUp },
  { answer: '429 a wait with its unit in a field', reply: literally(429, error({ message: 'x', code: 'rate_limit_exceeded', retry_after: '3s' })), ...soon, source: rules.fields },
  { answer: '429 a wait among the details', reply: literally(429, error({ message: 'x', code: 'rate_limit_exceeded', details: { retry_after: 3 } })), ...soon, source: rules.fields },
  ...['retry after 3 s', 'Retry in: 3s', 'allowed again in 3 seconds', 'retry your request after 3 seconds', 'in 3 Sekunden erneut', 'réessayez dans 3 secondes', 'intente de nuevo en 3 segundos', 'повторите через 3 секунды', '3 秒後に再試行', '3초 후에 다시 시도'].map(
    (words): Row => ({ answer: `429 "${words}"`, reply: literally(429, limited(words)), ...soon, source: rules.inWords }),
  ),
  ...['60 requests in 1 minute are the limit', 'at most 3 requests in 30 seconds'].map(
    (words): Row => ({ answer: `429 "${words}", which is no wait`, reply: literally(429, limited(words)), type: 'RateLimited', reason: 'rate_limit_exceeded', source: rules.inWords }),
  ),
];
