import { literally, type Reply } from '../../literal-server.ts';
import { asHtml, events, html, type Row, rules } from './row.ts';

const rfc9110 = 'https://www.rfc-editor.org/rfc/rfc9110';
const rfc6585 = 'https://www.rfc-editor.org/rfc/rfc6585#section-4';
const openaiNode = 'https://github.com/openai/openai-node/blob/master/src/client.ts';
const openrouter = 'https://openrouter.ai/docs/api/errors';
const undici = 'https://github.com/nodejs/undici/blob/main/docs/docs/api/Errors.md';

const cut: Reply = (_, response) => {
  response.writeHead(200, { 'content-length': '500' });
  response.write('{"id":"chat', () => response.destroy());
};
const endless =
  (status: number): Reply =>
  (_, response) => {
    response.writeHead(status);
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  };

/** What any server, or anything on the way to it, may answer: the same for every family. */
// biome-ignore format: a table is read by its columns
export const generalRows: readonly Row[] = [
  // Limits, and Retry-After in all its forms
  { answer: '429 with an empty body', reply: literally(429, ''), type: 'RateLimited', reason: 'too many requests', source: rfc6585 },
  { answer: '429 HTML from a proxy', reply: literally(429, html, asHtml), type: 'RateLimited', reason: 'too many requests', source: rfc6585 },
  { answer: '429 with Retry-After in seconds', reply: literally(429, '', { 'retry-after': '7' }), type: 'RateLimited', reason: 'too many requests', retryAfterMs: 7000, source: `${rfc9110}#section-10.2.3` },
  { answer: '429 with Retry-After as a date', reply: literally(429, '', { 'retry-after': 'Sun, 01 Nov 2026 00:01:30 GMT', date: 'Sun, 01 Nov 2026 00:00:00 GMT' }), type: 'RateLimited', reason: 'too many requests', retryAfterMs: 90_000, source: `${rfc9110}#section-10.2.3` },
  { answer: '429 with retry-after-ms', reply: literally(429, '', { 'retry-after': '2', 'retry-after-ms': '1250' }), type: 'RateLimited', reason: 'too many requests', retryAfterMs: 1250, source: openaiNode },
  { answer: '429 with Retry-After: 0', reply: literally(429, '', { 'retry-after': '0' }), type: 'RateLimited', reason: 'too many requests', source: 'https://github.com/AThevon/TokenEater/issues/161' },
  { answer: '503 with Retry-After', reply: literally(503, '', { 'retry-after': '20' }), type: 'Overloaded', reason: 'unavailable', retryAfterMs: 20_000, source: `${rfc9110}#section-15.6.4` },
  { answer: '503 HTML', reply: literally(503, html, asHtml), type: 'Overloaded', reason: 'unavailable', source: `${rfc9110}#section-15.6.4` },
  { answer: '529 with an empty body', reply: literally(529, ''), type: 'Overloaded', reason: 'unavailable', source: 'https://docs.claude.com/en/api/errors' },
  { answer: '402 with an empty body', reply: literally(402, ''), type: 'QuotaExhausted', reason: 'payment required', source: `${rfc9110}#section-15.5.3` },

  // What fails on the server's side
  { answer: '500 plain text', reply: literally(500, 'Internal Server Error', { 'content-type': 'text/plain' }), type: 'ServerError', source: `${rfc9110}#section-15.6.1` },
  { answer: '500 with a JSON string', reply: literally(500, '"boom"'), type: 'ServerError', source: `${rfc9110}#section-15.6.1` },
  { answer: '500 with an empty list', reply: literally(500, '[]'), type: 'ServerError', source: `${rfc9110}#section-15.6.1` },
  { answer: '502 HTML', reply: literally(502, html, asHtml), type: 'ServerError', source: `${rfc9110}#section-15.6.3` },
  { answer: '504', reply: literally(504, ''), type: 'ServerError', source: `${rfc9110}#section-15.6.5` },
  { answer: '520 of a CDN', reply: literally(520, html, asHtml), type: 'ServerError', source: 'https://github.com/anthropics/claude-code/issues/3197' },
  { answer: '522 of a CDN', reply: literally(522, html, asHtml), type: 'ServerError', source: 'https://github.com/curl/curl/discussions/16143' },
  { answer: '524 of a CDN', reply: literally(524, html, asHtml), type: 'ServerError', source: 'https://gitlab.com/gitlab-com/gl-infra/reliability/-/issues/8475' },
  { answer: '599 nobody has seen', reply: literally(599, { oops: true }), type: 'ServerError', unclassified: true, source: `${rfc9110}#section-15.6` },
  { answer: '500 without an end', reply: endless(500), type: 'ServerError', source: `${rfc9110}#section-15.6.1` },

  // The wire
  { answer: '408', reply: literally(408, ''), type: 'Timeout', reason: 'request timeout', source: `${rfc9110}#section-15.5.9` },
  { answer: 'nothing within the timeout', reply: () => {}, type: 'Timeout', reason: 'no answer within the request timeout', source: rules.late },
  { answer: 'headers, then nothing', reply: (_, response) => { response.writeHead(200); response.flushHeaders(); }, type: 'Timeout', reason: 'no whole answer within the request timeout', status: 200, source: rules.late },
  { answer: 'half a body, then nothing', reply: (_, response) => { response.writeHead(200); response.write('{"half":'); }, type: 'Timeout', reason: 'no whole answer within the request timeout', status: 200, source: rules.late },
  { answer: 'reset after the request', reply: (request) => { request.socket.resetAndDestroy(); }, type: 'ConnectionFailed', reason: 'ECONNRESET', source: 'https://nodejs.org/api/errors.html#common-system-errors' },
  { answer: 'closed after the request', reply: (request) => { request.socket.destroy(); }, type: 'ConnectionFailed', reason: 'UND_ERR_SOCKET', source: undici },
  { answer: 'cut within the body', reply: cut, type: 'ConnectionFailed', reason: 'UND_ERR_SOCKET', status: 200, source: 'https://www.rfc-editor.org/rfc/rfc9112#section-8' },
  { answer: 'bytes that are not HTTP', reply: (request) => { request.socket.end('SSH-2.0-OpenSSH_9.6\r\n'); }, type: 'MalformedResponse', reason: 'not HTTP', source: undici },
  { answer: '200 that is not gzip as it claims', reply: literally(200, 'plain', { 'content-encoding': 'gzip' }), type: 'MalformedResponse', reason: 'not the encoding it claims', source: `${rfc9110}#section-8.4` },
  { answer: '200 without an end', reply: endless(200), type: 'PayloadTooLarge', reason: 'the answer has no end', source: rules.tooLarge },

  // A 2xx that is no answer
  { answer: '200 empty', reply: literally(200, ''), type: 'MalformedResponse', reason: 'empty body', source: rules.notTheProtocol },
  { answer: '200 blanks only', reply: literally(200, ' \n\n'), type: 'MalformedResponse', reason: 'empty body', source: rules.notTheProtocol },
  { answer: '200 truncated JSON', reply: literally(200, '{"id":"chatcmpl-1","choices":[{"mess'), type: 'MalformedResponse', reason: 'not JSON', source: rules.notTheProtocol },
  { answer: '200 HTML', reply: literally(200, html, asHtml), type: 'MalformedResponse', reason: 'HTML instead of JSON', source: rules.notTheProtocol },
  { answer: '200 a stream nobody asked for', reply: literally(200, events({ delta: 'h' }, { delta: 'i' }), { 'content-type': 'text/event-stream' }), type: 'MalformedResponse', reason: 'a stream instead of JSON', source: rules.notTheProtocol },
  { answer: '204', reply: (_, response) => { response.writeHead(204); response.end(); }, type: 'MalformedResponse', reason: 'empty body', status: 204, source: `${rfc9110}#section-15.3.5` },
  { answer: '200 with an error that nobody explains', reply: literally(200, { error: { message: 'upstream connect error' } }), type: 'ServerError', reason: 'error inside a 200', source: openrouter },
  { answer: '200 with an error as a string', reply: literally(200, { error: 'running the model: unexpected EOF' }), type: 'ServerError', reason: 'error inside a 200', source: 'https://docs.ollama.com/api/errors' },
  { answer: '200 with a 429 inside', reply: literally(200, { error: { code: 429, message: 'upstream is busy' } }), type: 'RateLimited', reason: 'too many requests', source: openrouter },

  // What is refused
  { answer: '400 with an empty body', reply: literally(400, ''), type: 'InvalidRequest', source: `${rfc9110}#section-15.5.1` },
  { answer: '401 empty', reply: literally(401, ''), type: 'InvalidCredentials', reason: 'unauthorized', source: `${rfc9110}#section-15.5.2` },
  { answer: '403 HTML of a firewall', reply: literally(403, html, asHtml), type: 'PermissionDenied', reason: 'forbidden', source: `${rfc9110}#section-15.5.4` },
  { answer: '404 wrong path', reply: literally(404, '404 page not found', { 'content-type': 'text/plain' }), type: 'InvalidRequest', reason: 'no such address', source: `${rfc9110}#section-15.5.5` },
  { answer: '405', reply: literally(405, ''), type: 'InvalidRequest', source: `${rfc9110}#section-15.5.6` },
  { answer: '407, which fetch hides', reply: literally(407, ''), type: 'InvalidRequest', unclassified: true, source: 'https://fetch.spec.whatwg.org/#http-network-or-cache-fetch' },
  { answer: '413 HTML', reply: literally(413, html, asHtml), type: 'RequestTooLarge', reason: 'payload too large', source: `${rfc9110}#section-15.5.14` },
  { answer: '418 nobody has seen', reply: literally(418, { teapot: true }), type: 'InvalidRequest', unclassified: true, source: `${rfc9110}#section-15.5` },
  { answer: '421, which fetch would repeat', reply: literally(421, ''), type: 'InvalidRequest', unclassified: true, source: 'https://fetch.spec.whatwg.org/#http-network-or-cache-fetch' },
  { answer: '302 refused', reply: literally(302, '', { location: '/elsewhere' }), type: 'InvalidRequest', reason: 'redirect refused', source: `${rfc9110}#section-15.4.3` },
  { answer: '307 refused', reply: literally(307, '', { location: '/elsewhere' }), type: 'InvalidRequest', reason: 'redirect refused', source: `${rfc9110}#section-15.4.8` },

  // The provider's own word
  { answer: '400 with x-should-retry: true', reply: literally(400, '', { 'x-should-retry': 'true' }), type: 'ServerError', reason: 'x-should-retry', source: openaiNode },
  { answer: '500 with x-should-retry: false', reply: literally(500, '', { 'x-should-retry': 'false' }), type: 'ServerError', isFinal: true, reason: 'x-should-retry', source: openaiNode },
  { answer: '429 with x-should-retry: false', reply: literally(429, '', { 'x-should-retry': 'false' }), type: 'RateLimited', isFinal: true, reason: 'x-should-retry', source: openaiNode },
];
