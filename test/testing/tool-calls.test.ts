import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../src/servers/find-program.ts';
import { testServer } from '../../src/servers/test-server.ts';
import { answers, testWorld } from '../../src/testing.ts';
import { app } from './app.ts';
import type { priced } from './workflows.ts';

const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
const server = await findProgram(testServer);

test('a workflow offers a tool, uses it, and tells the model what came of it', async () => {
  const call = { type: 'tool-call', id: 'c-1', name: 'lookUp', arguments: { sku: 'A-1' } } as const;
  const config = { CRM_URL: 'http://crm.test' };
  await using there = await testWorld({
    ...{ app, workflowsPath, server, config },
    effects: { notify: () => ({ ok: true }) },
    model: [answers('', { toolCalls: [call] }), answers('It is 9.50.')],
  });
  assert.equal(await there.run<typeof priced>('priced', 'A-1', { id: 'P-1' }), 'It is 9.50.');
  const tools = [
    { name: 'lookUp', parameters: { type: 'object', properties: { sku: { type: 'string' } } } },
  ];
  const question = { role: 'user', content: 'What is the price of A-1?' };
  const asked = { workflowId: 'P-1', model: 'openai:gpt-4o', attempt: 1, tools };
  assert.deepEqual(there.requests, [
    {
      ...asked,
      step: 'ask',
      messages: [question],
      settings: { temperature: 0, maximumOutputTokens: 50 },
    },
    {
      ...asked,
      step: 'ask.2',
      messages: [
        question,
        { role: 'assistant', content: [call] },
        {
          role: 'tool',
          content: [{ type: 'tool-result', id: 'c-1', name: 'lookUp', result: { price: '9.50' } }],
        },
      ],
      toolChoice: 'none',
    },
  ]);
});
