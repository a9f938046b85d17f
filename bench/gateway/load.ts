import { Agent, request } from 'node:http';

/** Where calls go, and as what. */
export interface Target {
  readonly baseUrl: string;
  readonly model: string;
  readonly headers: Record<string, string>;
}

/** How one call went, in milliseconds. */
export interface Timed {
  readonly firstMs: number;
  readonly wholeMs: number;
}

export const keptConnections = () => new Agent({ keepAlive: true, maxSockets: 20_000 });

let nth = 0;

/** Makes one call by the cheapest of clients. @throws Error for any other answer than a whole one. */
export function call(
  { baseUrl, model, headers }: Target,
  { isStream, agent }: { readonly isStream: boolean; readonly agent: Agent },
): Promise<Timed> {
  nth += 1;
  const body = JSON.stringify({
    ...{ model, stream: isStream },
    messages: [{ role: 'user', content: `Call ${nth}` }],
  });
  const length = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const sent = request(
      `${baseUrl}/chat/completions`,
      {
        ...{ method: 'POST', agent },
        headers: {
          ...{ 'content-type': 'application/json', authorization: 'Bearer any' },
          ...{ 'content-length': length, ...headers },
        },
      },
      (response) => {
        let firstMs: number | undefined;
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
          // Comments and a role alone are not what anybody waits for.
          if (firstMs === undefined && text.includes('Hello')) {
            firstMs = performance.now() - startedMs;
          }
        });
        response.on('error', reject).on('end', () => {
          const isWhole = isStream ? text.includes('"stop"') : response.statusCode === 200;
          if (firstMs === undefined || !isWhole) {
            return reject(new Error(`${response.statusCode}: ${text.slice(0, 200)}`));
          }
          resolve({ firstMs, wholeMs: performance.now() - startedMs });
        });
      },
    );
    sent.on('error', reject).end(body);
  });
}

/** The value below which so large a share of the others is. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
