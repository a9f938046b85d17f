import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, Output, streamText } from 'ai';
import { execa } from 'execa';
import OpenAI from 'openai';
import { z } from 'zod';
import { pythonWith } from '../../dev/servers/python-packages.ts';
import type { GatewayProcesses } from './gateway-processes.ts';
import { scriptedProvider, streamedAnswer, wholeAnswer } from './scripted-provider.ts';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const python = await pythonWith('openai==3.57.0');

/** Clients as applications have them, with the retries that they make by themselves. */
export function realClients({ provider, url }: GatewayProcesses): void {
  describe('a real client, its base URL changed', () => {
    beforeEach(() => provider.answer(scriptedProvider()));
    const seenHashes = () => provider.seen.map(({ bytes }) => sha256(bytes));

    test("OpenAI's for Python: tools, images, structured, logprobs, embeddings, streams, byte for byte", {
      skip: 'reason' in python && python.reason,
    }, async () => {
      assert.ok('python' in python);
      const script = path.join(import.meta.dirname, 'python_client.py');
      const { stdout } = await execa(python.python, [script, `${url}/v1`], {
        ...{ env: { PATH: process.env.PATH }, extendEnv: false, stdin: 'ignore' },
      });
      const { sent, ...got } = JSON.parse(stdout);
      assert.deepEqual(got, {
        whole: sha256(wholeAnswer),
        tool: '{"id":"Größe ☃"}',
        logprob: -0.25,
        unknown: 'kept',
        structured: { name: 'lamp', broken: true },
        embedding: [0.5, -0.25],
        streamed: sha256(streamedAnswer),
        text: 'Grüße ☃ 𝄞',
        response: 'Hello!',
        refused: [502, 'InvalidCredentials'],
        flaky: 'at last',
      });
      // One request for each call, but for the one that failed once; the same bytes as were sent.
      assert.deepEqual(seenHashes(), [...sent, sent.at(-1)]);
      assert.equal(sent.length, 8);
      assert.match(provider.seen[0]?.body ?? '', /"seed": ?9223372036854775807/);
      assert.match(provider.seen[0]?.body ?? '', /"field_of_tomorrow":\{"deep":\[1\.0,100\.0\]\}/);
    });

    test("OpenAI's for Node: the same, and the list of models", async () => {
      const sent: string[] = [];
      const openai = new OpenAI({
        ...{ baseURL: `${url}/v1`, apiKey: 'any' },
        fetch(address, init) {
          if (init?.body) sent.push(sha256(String(init.body).replace('"openai:', '"')));
          return fetch(address, init);
        },
      });
      const messages = [{ role: 'user' as const, content: 'Grüße ☃ 𝄞' }];
      const asked = { model: 'openai:gpt-4o', messages, logprobs: true, tomorrow: [1] };
      const raw = await openai.chat.completions.create(asked).asResponse();
      assert.equal(sha256(Buffer.from(await raw.arrayBuffer())), sha256(wholeAnswer));
      const stream = await openai.chat.completions.create({ ...asked, stream: true }).asResponse();
      assert.equal(sha256(Buffer.from(await stream.arrayBuffer())), sha256(streamedAnswer));
      const { data } = await openai.embeddings.create({ model: 'openai:embed', input: 'x' });
      assert.deepEqual(data[0]?.embedding, [0.5, -0.25]);
      const refused = { model: 'openai:refuses', messages };
      await assert.rejects(openai.chat.completions.create(refused), { status: 502 });
      const flaky = await openai.chat.completions.create({ model: 'openai:flaky', messages });
      assert.equal(flaky.choices[0]?.message.content, 'at last');
      assert.deepEqual(seenHashes(), [...sent, sent.at(-1)]);
      assert.ok((await openai.models.list()).data.some(({ id }) => id === 'openai:gpt-4o'));
    });

    test("the AI SDK's OpenAI provider: tools, structured, streams, its retries left on", async () => {
      const ai = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'any' });
      const tools = { lookup: { inputSchema: z.object({ id: z.string() }) } };
      const { toolCalls } = await generateText({
        ...{ model: ai.chat('openai:gpt-4o'), prompt: 'Where?', tools },
      });
      assert.deepEqual(
        toolCalls.map(({ toolName, input }) => ({ toolName, input })),
        [{ toolName: 'lookup', input: { id: 'Größe ☃' } }],
      );
      const schema = z.object({ name: z.string(), broken: z.boolean() });
      const { output } = await generateText({
        ...{ model: ai.chat('openai:structured'), prompt: 'A lamp' },
        output: Output.object({ schema }),
      });
      assert.deepEqual(output, { name: 'lamp', broken: true });
      const streamed = streamText({ model: ai.chat('openai:gpt-4o'), prompt: 'Sing' });
      assert.equal(await streamed.text, 'Grüße ☃ 𝄞');
      const response = await generateText({ model: ai('openai:gpt-4o'), prompt: 'Hello' });
      assert.equal(response.text, 'Hello!');
      assert.equal(provider.seen.length, 4);
      // It repeats what is retryable by itself, whatever our header says: it gets what was found out.
      const model = ai.chat('openai:refuses');
      const refused = generateText({ model, prompt: 'Once', maxRetries: 1 });
      await assert.rejects(refused, /InvalidCredentials/);
      assert.equal(provider.seen.length, 5);
    });

    test('curl: a duplicate key, a 64-bit seed and blanks go up as they are', async () => {
      const body = (model: string) =>
        `{ "seed" : 9223372036854775807,\r\n\t"model":"${model}","user":"a","user":"b", "n":1.0e0,"messages":[{"role":"user","content":"\\u00e9☃"}] }\n`;
      const curl = async (path: string, data: string) => {
        const args = ['-sS', '--fail-with-body', `${url}${path}`, '--json', data];
        return (await execa('curl', args, { encoding: 'buffer', stripFinalNewline: false })).stdout;
      };
      const answer = await curl('/v1/chat/completions', body('openai:gpt-4o'));
      assert.equal(sha256(answer), sha256(wholeAnswer));
      const native = await curl('/openai/v1/chat/completions', body('gpt-4o'));
      assert.equal(sha256(native), sha256(wholeAnswer));
      assert.deepEqual(seenHashes(), [sha256(body('gpt-4o')), sha256(body('gpt-4o'))]);
    });
  });
}
