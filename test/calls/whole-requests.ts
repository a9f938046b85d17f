import type { ProviderFamily } from '../../src/calls/provider/provider-families.ts';
import type { CallOptions } from '../../src/wire/call-options.ts';
import type { Message } from '../../src/wire/message.ts';
import { completion } from './literal-server.ts';

/** A request that carries all there is. */
export const messages: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'What is on it?' },
      { type: 'image', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
      { type: 'file', mediaType: 'application/pdf', name: 'a.pdf', data: 'JVBERi0=' },
    ],
  },
  {
    role: 'assistant',
    content: [
      { type: 'text', text: 'Let me see.' },
      { type: 'tool-call', id: 'call_1', name: 'lookUp', arguments: { sku: 'A-1' } },
    ],
  },
  {
    role: 'tool',
    content: [{ type: 'tool-result', id: 'call_1', name: 'lookUp', result: { price: '9.50' } }],
  },
];
const parameters = { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] };
export const options: CallOptions = {
  settings: {
    temperature: 0.2,
    topP: 0.9,
    topK: 40,
    seed: 7,
    stopSequences: ['END'],
    presencePenalty: 0.1,
    frequencyPenalty: 0.3,
    providerOptions: {
      anthropic: { metadata: { userId: 'u-1' } },
      google: { safetySettings: [] },
      tenth: { service_tier: 'flex', made_up: { by: 'its server' } },
      openai: { user: 'u-1' },
    },
  },
  tools: [{ name: 'lookUp', description: 'Looks up a price.', parameters }],
  toolChoice: { tool: 'lookUp' },
};

const chatMessages = [
  { role: 'system', content: 'Be brief.' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'What is on it?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
      {
        type: 'file',
        file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
      },
    ],
  },
  {
    role: 'assistant',
    content: 'Let me see.',
    tool_calls: [
      { id: 'call_1', type: 'function', function: { name: 'lookUp', arguments: '{"sku":"A-1"}' } },
    ],
  },
  { role: 'tool', tool_call_id: 'call_1', content: '{"price":"9.50"}' },
];
const chatBody = {
  model: 'm-1',
  temperature: 0.2,
  top_p: 0.9,
  frequency_penalty: 0.3,
  presence_penalty: 0.1,
  stop: ['END'],
  seed: 7,
  messages: chatMessages,
  tools: [
    {
      type: 'function',
      function: { name: 'lookUp', description: 'Looks up a price.', parameters },
    },
  ],
  tool_choice: { type: 'function', function: { name: 'lookUp' } },
};
const chatAnswer = completion(
  null,
  { finish_reason: 'tool_calls' },
  {
    tool_calls: [
      { id: 'call_2', type: 'function', function: { name: 'lookUp', arguments: '{"sku":"B-2"}' } },
    ],
  },
);

/** What each family is sent for the same request, and one answer that wishes for a tool. */
export const cases: Record<ProviderFamily, { body: object; answer: object }> = {
  openai: {
    body: { ...chatBody, max_completion_tokens: 100, user: 'u-1' },
    answer: chatAnswer,
  },
  'openai-compatible': {
    body: { ...chatBody, max_tokens: 100, service_tier: 'flex', made_up: { by: 'its server' } },
    answer: chatAnswer,
  },
  'openai-responses': {
    body: {
      model: 'm-1',
      input: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is on it?' },
            { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
            {
              type: 'input_file',
              filename: 'a.pdf',
              file_data: 'data:application/pdf;base64,JVBERi0=',
            },
          ],
        },
        { role: 'assistant', content: 'Let me see.' },
        {
          type: 'function_call',
          call_id: 'call_1',
          name: 'lookUp',
          arguments: '{"sku":"A-1"}',
        },
        { type: 'function_call_output', call_id: 'call_1', output: '{"price":"9.50"}' },
      ],
      temperature: 0.2,
      top_p: 0.9,
      max_output_tokens: 100,
      store: false,
      user: 'u-1',
      tools: [
        {
          type: 'function',
          name: 'lookUp',
          description: 'Looks up a price.',
          parameters,
          strict: false,
        },
      ],
      tool_choice: { type: 'function', name: 'lookUp' },
    },
    answer: {
      id: 'resp_1',
      created_at: 1_700_000_000,
      model: 'm-1',
      output: [
        {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_2',
          name: 'lookUp',
          arguments: '{"sku":"B-2"}',
        },
      ],
      usage: { input_tokens: 11, output_tokens: 7 },
    },
  },
  anthropic: {
    body: {
      model: 'm-1',
      max_tokens: 100,
      temperature: 0.2,
      top_k: 40,
      top_p: 0.9,
      stop_sequences: ['END'],
      metadata: { user_id: 'u-1' },
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is on it?' },
            {
              type: 'image',
              source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
            },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
              title: 'a.pdf',
            },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Let me see.' },
            { type: 'tool_use', id: 'call_1', name: 'lookUp', input: { sku: 'A-1' } },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'call_1', content: '{"price":"9.50"}' }],
        },
      ],
      tools: [{ name: 'lookUp', description: 'Looks up a price.', input_schema: parameters }],
      tool_choice: { type: 'tool', name: 'lookUp' },
    },
    answer: {
      type: 'message',
      id: 'msg_1',
      model: 'm-1',
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'call_2', name: 'lookUp', input: { sku: 'B-2' } }],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 11, output_tokens: 7 },
    },
  },
  google: {
    body: {
      generationConfig: {
        maxOutputTokens: 100,
        temperature: 0.2,
        topK: 40,
        topP: 0.9,
        frequencyPenalty: 0.3,
        presencePenalty: 0.1,
        stopSequences: ['END'],
        seed: 7,
      },
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'What is on it?' },
            { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
            { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
          ],
        },
        {
          role: 'model',
          parts: [
            { text: 'Let me see.' },
            { functionCall: { id: 'call_1', name: 'lookUp', args: { sku: 'A-1' } } },
          ],
        },
        {
          role: 'user',
          parts: [
            {
              functionResponse: {
                id: 'call_1',
                name: 'lookUp',
                response: { name: 'lookUp', content: { price: '9.50' } },
              },
            },
          ],
        },
      ],
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      safetySettings: [],
      tools: [
        {
          functionDeclarations: [
            {
              name: 'lookUp',
              description: 'Looks up a price.',
              parametersJsonSchema: parameters,
            },
          ],
        },
      ],
      toolConfig: {
        functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['lookUp'] },
      },
    },
    answer: {
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              {
                functionCall: { id: 'call_2', name: 'lookUp', args: { sku: 'B-2' } },
                thoughtSignature: 'sig-1',
              },
            ],
          },
          finishReason: 'STOP',
        },
      ],
      usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18 },
    },
  },
};
