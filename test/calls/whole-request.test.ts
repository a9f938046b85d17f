import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { ProviderFamily } from '../../src/calls/provider/provider-families.ts';
import { callerTo, failureOf } from './caller.ts';
import { completion, literally, literalServer } from './literal-server.ts';
import { cases, messages, options } from './whole-requests.ts';

const server = await literalServer();
after(() => server.close());

describe('all that a request can carry', () => {
  for (const [family, { body, answer }] of Object.entries(cases)) {
    test(`reaches a provider of the family ${family} as it has it, and its tool call comes back`, async () => {
      const { call } = callerTo(server.baseUrl, {
        name: 'tenth',
        family: family as ProviderFamily,
      });
      server.answer(literally(200, answer));
      const answered = await call({ model: 'tenth:m-1', messages, ...options });
      assert.deepEqual(JSON.parse(server.seen[0]?.body ?? ''), body);
      assert.equal(answered.finishReason, 'tool-calls');
      const [toolCall] = answered.toolCalls ?? [];
      assert.deepEqual(
        {
          ...toolCall,
          arguments: JSON.parse(toolCall?.arguments ?? ''),
          providerOptions: undefined,
        },
        {
          type: 'tool-call',
          id: 'call_2',
          name: 'lookUp',
          arguments: { sku: 'B-2' },
          providerOptions: undefined,
        },
      );
      assert.deepEqual(answered.usage, { inputTokens: 11, outputTokens: 7 });
    });
  }

  test('what a provider has no setting for is said, not hidden', async () => {
    const { call } = callerTo(server.baseUrl, { family: 'anthropic' });
    server.answer(literally(200, cases.anthropic.answer));
    const { settings: _, ...tools } = options;
    const answered = await call({ ...tools, settings: { seed: 7 } });
    assert.deepEqual(answered.warnings, ['unsupported: seed']);
  });

  test('an address that the provider does not fetch is refused before anything is sent', async () => {
    const { call } = callerTo(server.baseUrl, { family: 'google' });
    server.answer(literally(200, cases.google.answer));
    const image = { type: 'image', url: `${server.baseUrl}/receipt.png` } as const;
    const failure = await failureOf(call({ messages: [{ role: 'user', content: [image] }] }));
    assert.deepEqual([failure.type, failure.sent], ['InvalidRequest', false]);
    // Nor did anybody else fetch it.
    assert.equal(server.seen.length, 0);
  });

  for (const family of ['openai', 'openai-compatible', 'anthropic'] as const) {
    test(`an address of a picture goes to ${family} as it is`, async () => {
      const { call } = callerTo(server.baseUrl, { family });
      server.answer(literally(200, family === 'anthropic' ? hello : completion('hello')));
      const url = 'https://pictures.example/receipt.png';
      await call({ messages: [{ role: 'user', content: [{ type: 'image', url }] }] });
      const [message] = JSON.parse(server.seen[0]?.body ?? '').messages;
      assert.deepEqual(
        message.content,
        family === 'anthropic'
          ? [{ type: 'image', source: { type: 'url', url } }]
          : [{ type: 'image_url', image_url: { url } }],
      );
    });
  }
});

const hello = {
  ...cases.anthropic.answer,
  content: [{ type: 'text', text: 'hello' }],
  stop_reason: 'end_turn',
};

describe('what comes back', () => {
  const { call } = callerTo(server.baseUrl);
  const toolCall = (name: string, args: string) =>
    completion(
      '',
      { finish_reason: 'tool_calls' },
      { tool_calls: [{ id: 'call_2', type: 'function', function: { name, arguments: args } }] },
    );

  const broken = {
    'a tool that was not offered': toolCall('dropTable', '{}'),
  };
  for (const [what, answer] of Object.entries(broken)) {
    test(`a tool call with ${what} is no answer, and was paid for`, async () => {
      server.answer(literally(200, answer));
      const failure = await failureOf(call({ tools: options.tools ?? [] }));
      assert.equal(failure.type, 'MalformedResponse');
      assert.deepEqual(failure.usage, { inputTokens: 11, outputTokens: 7 });
    });
  }

  test('reasoning goes back with its signature in the next request', async () => {
    const anthropic = callerTo(server.baseUrl, { family: 'anthropic' });
    const thinking = { type: 'thinking', thinking: 'A receipt.', signature: 'sig-1' };
    const [text] = hello.content;
    server.answer(literally(200, { ...hello, content: [thinking, text] }));
    const { reasoning = [], text: said } = await anthropic.call();
    assert.deepEqual(reasoning, [
      {
        type: 'reasoning',
        text: 'A receipt.',
        providerOptions: { anthropic: { signature: 'sig-1' } },
      },
    ]);
    server.answer(literally(200, hello));
    await anthropic.call({
      messages: [
        { role: 'user', content: 'What is it?' },
        { role: 'assistant', content: [...reasoning, { type: 'text', text: said }] },
        { role: 'user', content: 'Sure?' },
      ],
    });
    assert.deepEqual(JSON.parse(server.seen[0]?.body ?? '').messages[1].content, [
      thinking,
      { type: 'text', text: 'hello' },
    ]);
  });

  test('a file that the model made comes in base64', async () => {
    const google = callerTo(server.baseUrl, { family: 'google' });
    const inlineData = { mimeType: 'image/png', data: 'iVBORw0KGgo=' };
    const content = { role: 'model', parts: [{ text: 'Here.' }, { inlineData }] };
    server.answer(literally(200, { candidates: [{ content, finishReason: 'STOP' }] }));
    const { text, files } = await google.call();
    assert.equal(text, 'Here.');
    assert.deepEqual(files, [{ type: 'file', mediaType: 'image/png', data: 'iVBORw0KGgo=' }]);
  });
});
