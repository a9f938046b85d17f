import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { callerTo, failureOf } from '../caller.ts';
import { generated, message, response } from '../healthy-answers.ts';
import { completion, literally, literalServer } from '../literal-server.ts';

const server = await literalServer();
after(() => server.close());

const callers = {
  openai: callerTo(server.baseUrl, { name: 'p', family: 'openai-compatible' }),
  responses: callerTo(server.baseUrl, { name: 'p', family: 'openai-responses' }),
  anthropic: callerTo(server.baseUrl, { name: 'p', family: 'anthropic' }),
  google: callerTo(server.baseUrl, { name: 'p', family: 'google' }),
};
const chat = (finish_reason: unknown, text: string | null = 'half an ans', more: object = {}) =>
  completion(text, { finish_reason }, more);
const schema = { type: 'object' } as const;
const tools = [{ id: 'c', type: 'function', function: { name: 'x', arguments: '{}' } }];

/** With a field a second time, in front of the one that is there. */
const twice = (body: object, field: string, before: string) =>
  JSON.stringify(body).replace(field, `${before}${field}`);

/** What a whole envelope with status 200 is: an answer by its finish reason, or a failure by its type. */
// biome-ignore format: a table is read by its columns
const rows: [what: string, family: keyof typeof callers, body: object | string, expected: string][] = [
  ['stop', 'openai', chat('stop'), 'stop'],
  ['in capitals', 'openai', chat('STOP'), 'stop'],
  ['a synonym of stop', 'openai', chat('eos'), 'stop'],
  ['a synonym of length', 'openai', chat('MAX_TOKENS'), 'length'],
  ['cut before a word', 'openai', chat('length', null), 'length'],
  ['cut by the window', 'openai', chat('model_length'), 'ContextLengthExceeded'],
  ['a filter by another name', 'openai', chat('sensitive'), 'ContentRejected'],
  ['DeepSeek broke off', 'openai', chat('insufficient_system_resource'), 'ServerError'],
  ['Zhipu broke off', 'openai', chat('network_error'), 'ServerError'],
  ['aborted', 'openai', chat('abort'), 'ServerError'],
  ['no finish reason', 'openai', chat(null), 'stop'],
  ['an empty finish reason', 'openai', chat(''), 'stop'],
  ['brackets without end beside it', 'openai', JSON.stringify(chat('stop')).replace('{', `{"trace":${'['.repeat(50_000)}${']'.repeat(50_000)},`), 'stop'],
  ['no finish reason, and all tokens used', 'openai', { ...chat(null), usage: { prompt_tokens: 1, completion_tokens: 100 } }, 'length'],
  ['a finish reason of no table', 'openai', chat('rained_off'), 'MalformedResponse, not retried'],
  ['content null', 'openai', chat('stop', null), 'MalformedResponse'],
  ['content empty', 'openai', chat('stop', ''), 'MalformedResponse'],
  ['content of blanks', 'openai', chat('stop', ' \n'), 'MalformedResponse'],
  ['reasoning in its own field, and no answer', 'openai', chat('stop', '', { reasoning_content: 'so ...' }), 'MalformedResponse'],
  ['reasoning in the text, and no answer', 'openai', chat('stop', '<think>so ...</think>\n'), 'MalformedResponse'],
  ['reasoning in the text without an end', 'openai', chat('stop', '<think>so ...'), 'MalformedResponse'],
  ['reasoning in other marks, and no answer', 'openai', chat('stop', '[THINK]so[/THINK]<reflection>so ...'), 'MalformedResponse'],
  ['content that nobody can see', 'openai', chat('stop', '\u200b\ufeff'), 'MalformedResponse'],
  ['tools that nobody offered', 'openai', chat('tool_calls', null, { tool_calls: tools }), 'MalformedResponse'],
  ['tools that nobody offered, and stop', 'openai', chat('stop', '', { tool_calls: tools }), 'MalformedResponse'],
  ['half a character', 'openai', chat('stop', 'so \ud83d'), 'MalformedResponse'],
  ['a text in parts', 'openai', chat('stop', [{ type: 'text', text: 'half an' }, { type: 'text', text: ' ans' }] as never), 'stop'],
  ['an id and a date of other types', 'openai', { ...chat('stop'), id: 7, created: '1760000000' }, 'stop'],
  ['counts as text', 'openai', { ...chat('stop'), usage: { prompt_tokens: '11', completion_tokens: '7' } }, 'stop'],
  ['an empty error beside it', 'openai', { ...chat('stop'), error: { message: '', code: null } }, 'stop'],
  ['an error in words beside it', 'openai', { ...chat('stop'), error: { message: 'upstream died' } }, 'ServerError'],
  ['no message', 'openai', { choices: [{ finish_reason: 'stop' }] }, 'MalformedResponse'],
  ['a whole response', 'responses', response('half an ans'), 'stop'],
  ['a response without text', 'responses', response('', { output: [] }), 'MalformedResponse'],
  ['a response whose message is not whole', 'responses', response('', { output: [{ type: 'message', id: 'm', role: 'assistant', status: 'incomplete', content: [{ type: 'output_text', text: 'half an', annotations: [] }] }] }), 'MalformedResponse'],
  ['a whole message', 'anthropic', message('half an ans'), 'stop'],
  ['a message that pauses', 'anthropic', message('half an ans', { stop_reason: 'pause_turn' }), 'MalformedResponse'],
  ['a message without text', 'anthropic', message('', { content: [] }), 'MalformedResponse'],
  ['generated', 'google', generated('half an ans'), 'stop'],
  ['generated without an end', 'google', generated('half an ans', { finishReason: 'FINISH_REASON_UNSPECIFIED' }), 'MalformedResponse'],
  ['generated, and nothing said of an end', 'google', generated('half an ans', { finishReason: undefined }), 'MalformedResponse'],
  ['content twice', 'openai', twice(chat('stop'), '"content":', '"content":"another",'), 'MalformedResponse'],
  ['choices twice', 'openai', twice(chat('stop'), '"choices":', '"choices":[],'), 'MalformedResponse'],
  ['a finish reason twice', 'openai', twice(chat('length'), '"finish_reason":', '"finish_reason":"stop",'), 'MalformedResponse'],
  ['an output twice', 'responses', twice(response('half an ans'), '"output":', '"output":[],'), 'MalformedResponse'],
  ['a text twice', 'anthropic', twice(message('half an ans'), '"text":"', '"text":"another",'), 'MalformedResponse'],
  ['parts twice', 'google', twice(generated('half an ans'), '"parts":', '"parts":[],'), 'MalformedResponse'],
  ['an id and a model twice, as relays do', 'openai', twice({ ...chat('stop'), id: 'x' }, '"id":', '"id":"y","model":"z",'), 'stop'],
  ['thoughts alone', 'google', generated('', { content: { parts: [{ text: 'so ...', thought: true }] } }), 'MalformedResponse'],
  ['cut by a filter', 'google', generated('half', { finishReason: 'RECITATION' }), 'ContentRejected'],
];

async function endOf(call: Promise<{ text: string; finishReason: string }>): Promise<string> {
  const ended = await call.then(
    (answer) => answer,
    () => undefined,
  );
  if (ended) {
    assert.ok(ended.finishReason === 'length' || ended.text === 'half an ans', ended.text);
    return ended.finishReason;
  }
  const { type, isFinal, sent } = await failureOf(call);
  assert.equal(sent, true);
  return isFinal ? `${type}, not retried` : type;
}

describe('whether a whole envelope holds an answer', () => {
  for (const [what, family, body, expected] of rows) {
    test(`${family}: ${what} -> ${expected}`, async () => {
      server.answer(literally(200, body));
      assert.equal(await endOf(callers[family].call({ model: 'p:m' })), expected);
      assert.equal(server.seen.length, 1);
    });
  }

  test('an absent finish reason is noted in the log', async () => {
    const { call, recorded } = callerTo(server.baseUrl);
    server.answer(literally(200, chat(null)));
    await call();
    const [{ event, kind }] = recorded.events();
    assert.deepEqual([event, kind], ['model.warning', 'no finish reason']);
  });

  test('a reason of no table is named, with the line that declares it', async () => {
    server.answer(literally(200, chat('rained_off')));
    assert.equal(
      (await failureOf(callers.openai.call({ model: 'p:m' }))).reason,
      'finish reason rained_off is in no table; if it ends a whole answer, declare it in the provider\'s entry: "finishReasons": {"rained_off": "stop"}',
    );
  });

  test('a reason that the entry declares is what it says', async () => {
    const finishReasons = { rained_off: 'stop', gone: 'broken' } as const;
    const declared = callerTo(server.baseUrl, { finishReasons });
    server.answer(literally(200, chat('rained_off')));
    assert.equal((await declared.call()).finishReason, 'stop');
    server.answer(literally(200, chat('gone')));
    assert.equal((await failureOf(declared.call())).type, 'ServerError');
  });

  test('under a schema, a reason of no table is for who reads the text to judge', async () => {
    server.answer(literally(200, chat('rained_off', '{}')));
    const { text, doubt } = await callers.openai.call({ model: 'p:m', schema });
    assert.deepEqual([text, doubt?.type, doubt?.isFinal], ['{}', 'MalformedResponse', true]);
  });

  test('under a schema, an end of which nothing is said too, and it may be asked again', async () => {
    const unsaid = { finishReason: 'FINISH_REASON_UNSPECIFIED' };
    server.answer(literally(200, generated('{}', unsaid)));
    const { text, doubt } = await callers.google.call({ model: 'p:m', schema });
    assert.deepEqual([text, doubt?.type, doubt?.isFinal], ['{}', 'MalformedResponse', undefined]);
  });

  test('arguments that come as JSON keep the digits of every number', async () => {
    const args = '{"account": 9007199254740993, "rate": 0.5}';
    const tool = { name: 'pay', parameters: { type: 'object' } } as const;
    const input = '"input":"ARGS"';
    const use = { type: 'tool_use', id: 't', name: 'pay', input: 'ARGS' };
    const said = message('', { content: [use], stop_reason: 'tool_use' });
    server.answer(literally(200, JSON.stringify(said).replace(input, `"input":${args}`)));
    const { toolCalls } = await callers.anthropic.call({ model: 'p:m', tools: [tool] });
    assert.deepEqual(
      toolCalls?.map((call) => call.arguments),
      ['{"account":"9007199254740993","rate":0.5}'],
    );
    const call = { functionCall: { name: 'pay', args: 'ARGS' } };
    const made = JSON.stringify(generated('', { content: { role: 'model', parts: [call] } }));
    server.answer(literally(200, made.replace('"args":"ARGS"', `"args":${args}`)));
    const answer = await callers.google.call({ model: 'p:m', tools: [tool] });
    assert.deepEqual(
      answer.toolCalls?.map((made) => made.arguments),
      ['{"account":"9007199254740993","rate":0.5}'],
    );
  });

  test('an empty text is an answer to a question that allows it', async () => {
    server.answer(literally(200, chat('stop', '')));
    const { text, finishReason } = await callers.openai.call({ model: 'p:m', allowEmpty: true });
    assert.deepEqual([text, finishReason], ['', 'stop']);
    server.answer(literally(200, chat('stop', null)));
    const failed = await failureOf(callers.openai.call({ model: 'p:m', allowEmpty: true }));
    assert.equal(failed.type, 'MalformedResponse');
  });
});

describe('the letters of an answer', () => {
  const inBytes = (text: string, encoding: BufferEncoding, charset: string) => {
    server.answer((_, reply) => {
      reply.writeHead(200, { 'content-type': `application/json; charset=${charset}` });
      reply.end(Buffer.from(JSON.stringify(completion(text)), encoding));
    });
    return callers.openai.call({ model: 'p:m' });
  };
  test('in Latin-1, as the header says', async () => {
    assert.equal((await inBytes('Größe', 'latin1', 'iso-8859-1')).text, 'Größe');
  });
  test('in UTF-8 under the label of Latin-1', async () => {
    assert.equal((await inBytes('Größe', 'utf8', 'iso-8859-1')).text, 'Größe');
  });
  test('in neither UTF-8 nor what the header says: never U+FFFD', async () => {
    for (const charset of ['utf-8', 'no-such-charset']) {
      const { type, reason } = await failureOf(inBytes('Größe', 'latin1', charset));
      assert.deepEqual(
        [type, reason],
        ['MalformedResponse', 'neither UTF-8 nor the charset it claims'],
      );
    }
  });
});
