import { completion, literally, type Reply } from '../calls/literal-server.ts';

/** Text that is cut within a character somewhere, and JSON that no serializer would write so. */
export const wholeAnswer = Buffer.from(
  `{ "id":"c-1","object":"chat.completion" , "created":1700000000,"model":"gpt-4o","big":9223372036854775807,\r\n` +
    `"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t-1","type":"function",` +
    `"function":{"name":"lookup","arguments":"{\\"id\\":\\"Größe ☃\\"}"}}]},"finish_reason":"tool_calls",` +
    `"logprobs":{"content":[{"token":"a","logprob":-0.25,"bytes":null,"top_logprobs":[]}]},"note_of_tomorrow":"kept"}],` +
    `"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}\n`,
);

const chunk = (choices: object[], more = {}) =>
  `data: ${JSON.stringify({ id: 'c-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o', choices, ...more })}`;

/** Line ends of both kinds, a comment, a field of tomorrow. */
export const streamedAnswer = Buffer.from(
  [
    `: begins\n\n${chunk([{ index: 0, delta: { role: 'assistant', content: '' } }])}\n\n`,
    `${chunk([{ index: 0, delta: { content: 'Grüße ☃ ' } }], { tomorrow: 1 })}\r\n\r\n`,
    `${chunk([{ index: 0, delta: { content: '𝄞' }, finish_reason: 'stop' }])}\n\n`,
    'data: [DONE]\n\n',
  ].join(''),
);

/** Cuts lines anywhere, and characters. */
const bytesAtOnce = 37;

/** What each client asks for, by the model that it names; bytes of streams come a few at a time. */
export function scriptedProvider(): Reply {
  const asked = new Map<string, number>();
  return (request, response, body) => {
    const path = (request.url ?? '').replace('/v1/', '');
    if (path === 'models')
      return literally(200, { data: [{ id: 'gpt-4o' }] })(request, response, '');
    const [, model = ''] = /"model": ?"([^"]+)"/.exec(body) ?? [];
    const nth = (asked.get(model) ?? 0) + 1;
    asked.set(model, nth);
    if (path === 'embeddings') return literally(200, embedded)(request, response, body);
    if (path === 'responses') return literally(200, responded)(request, response, body);
    if (model === 'refuses') return literally(401, refusal)(request, response, body);
    if (model === 'flaky' && nth === 1) return literally(503, {})(request, response, body);
    if (model === 'flaky') return literally(200, completion('at last'))(request, response, body);
    if (model === 'structured') {
      return literally(200, completion('{"name":"lamp","broken":true}'))(request, response, body);
    }
    if (!/"stream": ?true/.test(body)) {
      return literally(200, wholeAnswer.toString())(request, response, body);
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const write = (from: number) => {
      if (from >= streamedAnswer.length) return response.end();
      response.write(streamedAnswer.subarray(from, from + bytesAtOnce));
      setImmediate(write, from + bytesAtOnce);
    };
    write(0);
  };
}

const refusal = { error: { code: 'invalid_api_key', message: 'no' } };
/** As base64 of two floats: what the clients of Python and Node ask for by themselves. */
const embedded = {
  ...{ object: 'list', model: 'embed', usage: { prompt_tokens: 3, total_tokens: 3 } },
  data: [{ object: 'embedding', index: 0, embedding: 'AAAAPwAAgL4=' }],
};
const responded = {
  ...{ id: 'resp_1', object: 'response', status: 'completed', model: 'gpt-4o' },
  output: [
    {
      ...{ id: 'm-1', type: 'message', role: 'assistant', status: 'completed' },
      content: [{ type: 'output_text', text: 'Hello!', annotations: [] }],
    },
  ],
  usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
};
