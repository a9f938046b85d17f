import type { ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { NotForwardable } from '../../calls/forward/read-incoming.ts';
import { createWholeEvents, eventsAfter } from '../../calls/forward/stream-events.ts';
import { answerHeaders } from '../answer/answer-headers.ts';
import { createDelivery, type Delivery } from '../answer/delivery.ts';
import { deliver } from '../answer/recorded-answer.ts';
import type { GatewayDependencies } from '../gateway-dependencies.ts';
import { settleEnded } from '../settle-ended.ts';
import type { GatewayKey } from '../store/key-store.ts';
import { providersIdIn, responseIdOf, withOwnId } from '../store/response-id.ts';
import type { StoredRequest } from '../store/stored-request.ts';
import { findResponse } from './find-response.ts';
import { forgetDelivered } from './forget-delivered.ts';
import type { LiveStreams } from './live-streams.ts';
import { jsonHead, responseObject } from './response-object.ts';

type Asked = Context<{ Bindings: HttpBindings }>;

/** What can be done with a background call later: looked at, read as a stream, cancelled, deleted. */
export function createResponseRoutes(
  dependencies: Pick<
    GatewayDependencies,
    | 'store'
    | 'keys'
    | 'watch'
    | 'stop'
    | 'toProvider'
    | 'prices'
    | 'uiUrl'
    | 'patienceMs'
    | 'keepAliveMs'
  >,
  lives: LiveStreams,
) {
  const { store, watch, stop, toProvider, prices, uiUrl } = dependencies;
  const find = (context: Asked, { tenant }: GatewayKey) =>
    findResponse(store, tenant, context.req.param('id') ?? '');
  const headersOf = (row: StoredRequest) => answerHeaders(row, prices[row.request.model], uiUrl);

  async function end(row: StoredRequest): Promise<void> {
    if (!(await store.cancelled(row.id))) return;
    watch.tell(row.id);
    // The record says it; Temporal may be away, and the provider too.
    void stop(row.id);
    await toProvider(row, 'cancel');
  }

  /** `store: false`: what is delivered is not kept. */
  function forgetAfter({ id, request }: StoredRequest, response: HttpBindings['outgoing']) {
    if (request.isForgotten) {
      response.once('finish', () => forgetDelivered(dependencies, id));
    }
  }

  function shown(context: Asked, row: StoredRequest): Response {
    forgetAfter(row, context.env.outgoing);
    const headers = { ...jsonHead.headers, ...headersOf(row) };
    return new Response(Buffer.from(responseObject(row)), { headers });
  }

  /** A stream that comes into this process. @returns how it ended; nothing where none comes. */
  async function readLive(id: string, after: number, delivery: Delivery) {
    const events = createWholeEvents();
    let theirs: string | undefined;
    const give = async (bytes: Uint8Array) => {
      theirs ??= providersIdIn(bytes);
      const own = Buffer.from(withOwnId(bytes, theirs, responseIdOf(id))).toString('utf8');
      const rest = eventsAfter(own, after);
      if (rest !== '') await delivery.bytes(Buffer.from(rest), { status: 200, headers: {} });
    };
    const end = await lives.read(id, (bytes) => give(events.take(bytes)), delivery.gone);
    if (end === 'whole') await give(events.rest());
    return end;
  }

  /**
   * The stream, from the event after that number: as it comes, where it comes into this process, and
   * otherwise from the record, once the call has ended.
   */
  async function streamed(row: StoredRequest, after: number, response: ServerResponse) {
    let ended: StoredRequest | undefined = row;
    const delivery = createDelivery(
      response,
      { api: 'responses', isStream: true },
      () => headersOf(ended ?? row),
      dependencies,
    );
    if (row.ended_at_ms === null) {
      const end = await readLive(row.id, after, delivery);
      if (end === 'whole') return delivery.end();
      if (end === 'broken') return delivery.error(brokeOff);
      await watch.ended(row.id, delivery.gone).catch(() => {});
      if (delivery.gone.aborted) return;
      ended = await store.read(row.id);
    }
    forgetAfter(row, response);
    const body = ended?.state === 'answered' ? ended.answer_body : undefined;
    deliver(delivery, {
      ...ended,
      ...(body && { answer_body: eventsOfRecord(row.id, body, after) }),
    });
  }

  return {
    async retrieve(context: Asked, key: GatewayKey): Promise<Response> {
      const row = await find(context, key);
      if (context.req.query('stream') !== 'true') return shown(context, row);
      if (!row.request.isStream) {
        const message = 'only a response that was made with stream: true can be read as a stream';
        throw new NotForwardable(message, 400, 'stream');
      }
      const after = Number(context.req.query('starting_after') ?? -1);
      if (!Number.isInteger(after)) {
        throw new NotForwardable('it must be the number of an event', 400, 'starting_after');
      }
      await streamed(row, after, context.env.outgoing as ServerResponse);
      return RESPONSE_ALREADY_SENT;
    },
    /** What has ended stays as it is. */
    async cancel(context: Asked, key: GatewayKey): Promise<Response> {
      const row = await find(context, key);
      await end(row);
      return shown(context, (await store.read(row.id)) ?? row);
    },
    async remove(context: Asked, key: GatewayKey): Promise<Response> {
      const row = await find(context, key);
      await end(row);
      if ((await toProvider(row, 'delete')) === 'not done') {
        throw new NotForwardable('the provider did not delete it; try again', 502);
      }
      await settleEnded(dependencies, row.id);
      await store.forget(row.id);
      return context.json({ id: responseIdOf(row.id), object: 'response', deleted: true });
    },
  };
}

const brokeOff = {
  status: 502,
  type: 'ConnectionFailed',
  message: 'the stream broke off; once the response has ended it can be read again, as it then is',
} as const;

function eventsOfRecord(id: string, body: Uint8Array, after: number): Uint8Array {
  const own = withOwnId(body, providersIdIn(body), responseIdOf(id));
  return Buffer.from(eventsAfter(Buffer.from(own).toString('utf8'), after));
}
