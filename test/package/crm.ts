import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the CRM makes of a note about a ticket. */
export type CrmMood = 'fine' | 'silent' | 'odd' | 'away';

/** A CRM that takes notes once for each `Idempotency-Key`. */
export interface Crm {
  readonly url: string;
  /** Keys of the notes that were made, in order. */
  readonly notes: readonly string[];
  readonly requests: () => number;
  /** `silent`: the note is made and its answer never comes. `odd`: an answer that is none. */
  setMood(mood: CrmMood): void;
  stop(): void;
}

export async function startCrm(): Promise<Crm> {
  const notes: string[] = [];
  let mood: CrmMood = 'fine';
  let requests = 0;
  const answer = (response: ServerResponse, status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const server = createServer((request, response) => {
    requests += 1;
    request.resume();
    if (mood === 'away') return answer(response, 503, {});
    const key = String(request.headers['idempotency-key']);
    if (!notes.includes(key)) notes.push(key);
    if (mood === 'silent') return;
    return answer(response, 200, mood === 'odd' ? { queued: true } : { ok: true });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    notes,
    requests: () => requests,
    setMood: (next) => {
      mood = next;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
