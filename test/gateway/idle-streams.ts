import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { completion, literally, type literalServer } from '../calls/literal-server.ts';
import { until } from '../support/until.ts';

const event = (choice: object) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
const bodyOf = (seed: number, more: object = {}) =>
  JSON.stringify({ model: 'openai:gpt-4o', seed, messages: [], ...more });

/** Opens so many streams through a gateway; while all are idle another call is served, then each gets its end. */
export async function idleStreams(
  url: string,
  provider: Awaited<ReturnType<typeof literalServer>>,
  streams: number,
): Promise<void> {
  const goOn: (() => void)[] = [];
  provider.answer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event({ delta: { content: 'first' } }));
    goOn.push(() => response.end(event({ delta: {}, finish_reason: 'stop' })));
  });
  const megabytes = () => process.memoryUsage().rss / 1e6;
  const megabytesBefore = megabytes();
  const ends: Promise<string>[] = [];
  while (ends.length < streams) {
    for (let nth = 0; nth < 100; nth += 1) {
      ends.push(streamed(url, bodyOf(ends.length, { stream: true, user: 'idle' })));
    }
    await until(async () => goOn.length === ends.length || undefined);
  }
  const grownMegabytes = megabytes() - megabytesBefore;
  provider.answer(literally(200, completion('meanwhile')));
  const path = `${url}/v1/chat/completions`;
  const answer = await fetch(path, { method: 'POST', body: bodyOf(streams, { user: 'idle' }) });
  assert.equal(answer.status, 200, await answer.text());
  const isWhole = (text: string) => text.endsWith('"stop"}]}\n\n');
  let whole = 0;
  while (ends.length > 0) {
    for (const end of goOn.splice(0, 100)) end();
    whole += (await Promise.all(ends.splice(0, 100))).filter(isWhole).length;
  }
  assert.equal(whole, streams);
  // Clients and provider are in this process, and in a test the gateway as well.
  assert.ok(grownMegabytes < 0.4 * streams, `${grownMegabytes} MB`);
}

/** One stream on a connection of its own, by the client that costs least. */
function streamed(url: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      `${url}/v1/chat/completions`,
      { method: 'POST', agent: false, headers: { 'content-length': body.length } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve(text)).on('error', reject);
      },
    );
    asked.on('error', reject).end(body);
  });
}
