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

test('arguments that do not fit the schema of their tool go back to the model with what is wrong', async () => {
  const asked = { type: 'tool-call', name: 'lookUp' } as const;
  const bad = { ...asked, id: 'c-1', arguments: { sku: 7 } };
  const config = { CRM_URL: 'http://crm.test' };
  await using there = await testWorld({
    ...{ app, workflowsPath, server, config },
    effects: { notify: () => ({ ok: true }) },
    model: [
      answers('', { toolCalls: [bad] }),
      answers('', { toolCalls: [{ ...asked, id: 'c-2', arguments: { sku: 'A-1' } }] }),
      answers('It is 9.50.'),
    ],
  });
  assert.equal(await there.run<typeof priced>('priced', 'A-1', { id: 'P-2' }), 'It is 9.50.');
  const [, repair, last] = there.requests;
  assert.equal(repair?.step, 'ask.repair-1');
  const result =
    'No tool was used: the arguments do not have the shape that was asked for:\n- lookUp.sku: expected string\nCall again, with the whole corrected arguments.';
  assert.deepEqual(repair?.messages.slice(1), [
    { role: 'assistant', content: [bad] },
    {
      role: 'tool',
      content: [{ type: 'tool-result', id: 'c-1', name: 'lookUp', result, isError: true }],
    },
  ]);
  assert.equal(last?.step, 'ask.2');
});
