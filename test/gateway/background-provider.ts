import { literally, type Reply } from '../calls/literal-server.ts';

const theirs = 'resp_of_the_provider';
const event = (sequence_number: number, type: string, more: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...more })}\n\n`;
const standing = (status: string) => ({
  ...{ id: theirs, object: 'response', status },
  output:
    status === 'completed'
      ? [{ type: 'message', content: [{ type: 'output_text', text: 'Grüße ☃' }] }]
      : [],
  ...(status === 'completed' && { usage: { input_tokens: 3, output_tokens: 2 } }),
});

/** The events of its one response, the numbers from 0. */
export const events: readonly string[] = [
  event(0, 'response.created', { response: standing('queued') }),
  event(1, 'response.output_text.delta', { item_id: 'm-1', delta: 'Grüße ' }),
  event(2, 'response.output_text.delta', { item_id: 'm-1', delta: '☃' }),
  event(3, 'response.completed', { response: standing('completed') }),
];

/**
 * A provider that runs one response in the background, as OpenAI does.
 *
 * @param cuts for each request in turn, after how many of its bytes its connection breaks; `hang`:
 * after its first two events nothing more comes. Once there is none left, all of it comes.
 */
export function backgroundProvider(cuts: (number | 'hang')[] = []) {
  const requests: string[] = [];
  let status = 'in_progress';
  const reply: Reply = (request, response, body) => {
    const { method, url = '' } = request;
    requests.push(`${method} ${url.replace('/v1', '')}`);
    const { searchParams } = new URL(url, 'http://provider');
    const isStream = method === 'POST' ? /"stream":true/.test(body) : searchParams.has('stream');
    if (!isStream) return literally(200, standing(status))(request, response, body);
    const after = Number(searchParams.get('starting_after') ?? -1);
    const bytes = Buffer.from(events.slice(after + 1).join(''));
    const cut = cuts.shift();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (cut === 'hang') return void response.write(events.slice(after + 1, after + 3).join(''));
    if (cut === undefined) return void response.end(bytes);
    response.write(bytes.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
  };
  return {
    reply,
    /** Each as `POST /responses`, in order. */
    requests,
    asked: () => requests.filter((line) => line === 'POST /responses').length,
    /** It has ended with that status. */
    ends(end: string) {
      status = end;
    },
  };
}
