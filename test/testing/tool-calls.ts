import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answers, type ModelStep, type TestWorld } from '../../src/testing.ts';
import type { priced } from './workflows.ts';

/** A workflow's model uses tools, in a world whose model gives these answers. */
export function toolCalls(worldWith: (model: ModelStep[]) => Promise<TestWorld>): void {
  test('a workflow offers a tool, uses it, and tells the model what came of it', async () => {
    const call = {
      type: 'tool-call',
      id: 'c-1',
      name: 'lookUp',
      arguments: { sku: 'A-1' },
    } as const;
    const there = await worldWith([answers('', { toolCalls: [call] }), answers('It is 9.50.')]);
    assert.equal(await there.run<typeof priced>('priced', 'A-1', { id: 'tool-1' }), 'It is 9.50.');
    const requests = there.requests.filter(({ workflowId }) => workflowId === 'tool-1');
    const tools = [
      { name: 'lookUp', parameters: { type: 'object', properties: { sku: { type: 'string' } } } },
    ];
    const question = { role: 'user', content: 'What is the price of A-1?' };
    const asked = { workflowId: 'tool-1', model: 'openai:gpt-4o', attempt: 1, tools };
    assert.deepEqual(requests, [
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
            content: [
              { type: 'tool-result', id: 'c-1', name: 'lookUp', result: { price: '9.50' } },
            ],
          },
        ],
        toolChoice: 'none',
      },
    ]);
  });

  test('arguments that do not fit the schema of their tool go back to the model with what is wrong', async () => {
    const asked = { type: 'tool-call', name: 'lookUp' } as const;
    const bad = { ...asked, id: 'c-1', arguments: { sku: 7 } };
    const there = await worldWith([
      answers('', { toolCalls: [bad] }),
      answers('', { toolCalls: [{ ...asked, id: 'c-2', arguments: { sku: 'A-1' } }] }),
      answers('It is 9.50.'),
    ]);
    assert.equal(await there.run<typeof priced>('priced', 'A-1', { id: 'tool-2' }), 'It is 9.50.');
    const requests = there.requests.filter(({ workflowId }) => workflowId === 'tool-2');
    const [, repair, last] = requests;
    assert.equal(requests.length, 3);
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
}
