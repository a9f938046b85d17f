import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { NotForwardable, readIncoming } from '../calls/forward/read-incoming.ts';
import { isDatabaseError } from '../database/classify-database.ts';
import { errorName } from '../journal/error-name.ts';
import { errorBody, retryHeaders, type ToldError } from './answer/error-answer.ts';
import { createBatchRoutes } from './files/batch-routes.ts';
import { createFileRoutes } from './files/file-routes.ts';
import type { GatewayDependencies } from './gateway-dependencies.ts';
import { createRequestHandler } from './handle-request.ts';
import { askedFromElsewhere } from './incoming/asked-from-elsewhere.ts';
import { readBody } from './incoming/read-body.ts';
import { mayUse } from './keys/key-limits.ts';
import { createLiveStreams } from './responses/live-streams.ts';
import { knownToProvider } from './responses/previous-response.ts';
import { createResponseRoutes } from './responses/response-routes.ts';
import type { GatewayKey } from './store/key-store.ts';

type Bindings = { Bindings: HttpBindings };

/** Who asks where no keys were ever made. */
const anyone: GatewayKey = {
  id: '',
  tenant: 'default',
  limits: {},
  createdAtMs: 0,
  revokedAtMs: null,
};

/** Makes the gateway's routes; `serve-gateway.ts` listens. */
export function createGateway(dependencies: GatewayDependencies) {
  const { keys, providers, log, maximumBodyBytes, maximumInFlight } = dependencies;
  const lives = createLiveStreams();
  const handle = createRequestHandler(dependencies, lives);
  const responses = createResponseRoutes(dependencies, lives);
  const files = createFileRoutes(dependencies.batching, dependencies);
  const batches = createBatchRoutes(dependencies.batching);
  const app = new Hono<Bindings>();
  const waitForIdle: (() => void)[] = [];
  let inFlight = 0;

  app.get('/healthz', (context) => context.text('ok'));
  app.get('/readyz', async (context) =>
    (await dependencies.isReady()) ? context.text('ok') : context.text('the database is away', 503),
  );
  app.get(
    '/v1/models',
    served(async (context) => context.json(await dependencies.listModels())),
  );
  app.get('/v1/responses/:id', served(responses.retrieve));
  app.post('/v1/responses/:id/cancel', served(responses.cancel));
  app.delete('/v1/responses/:id', served(responses.remove));
  app.post('/v1/files', served(files.create));
  app.get('/v1/files', served(files.list));
  app.get('/v1/files/:id', served(files.retrieve));
  app.get('/v1/files/:id/content', served(files.content));
  app.delete('/v1/files/:id', served(files.remove));
  app.post('/v1/batches', served(batches.create));
  app.get('/v1/batches', served(batches.list));
  app.get('/v1/batches/:id', served(batches.retrieve));
  app.post('/v1/batches/:id/cancel', served(batches.cancel));
  app.all('*', served(forwarded));
  return {
    fetch: app.fetch,
    /** Resolves when nothing is under way, not even for a client that is gone. */
    idle: () =>
      new Promise<void>((resolve) => (inFlight === 0 ? resolve() : waitForIdle.push(resolve))),
  };

  /** What is served to those who have a key, so many at once. */
  function served(work: (context: Context<Bindings>, key: GatewayKey) => Promise<Response>) {
    return async (context: Context<Bindings>): Promise<Response> => {
      if (inFlight >= maximumInFlight) return told(context, tooMany);
      inFlight += 1;
      try {
        const key = await keyOf(context);
        if (!key) return told(context, unknownKey);
        const { headers } = context.env.incoming;
        const elsewhere = key === anyone && askedFromElsewhere(headers, dependencies.hosts);
        if (elsewhere) return told(context, elsewhere);
        return await work(context, key);
      } catch (error) {
        return told(context, errorOf(error));
      } finally {
        inFlight -= 1;
        if (inFlight === 0) for (const tell of waitForIdle.splice(0)) tell();
      }
    };
  }

  async function forwarded(context: Context<Bindings>, key: GatewayKey): Promise<Response> {
    const { incoming, outgoing } = context.env;
    const body = await readBody(incoming as IncomingMessage, maximumBodyBytes);
    const { method = 'POST', url = '/', headers } = incoming;
    const request = readIncoming({ method, url, headers, body }, providers);
    if (!mayUse(key.limits, request.request.model)) {
      return told(context, {
        status: 403,
        type: 'PermissionDenied',
        message: `the key may not use ${request.request.model}`,
        param: 'model',
      });
    }
    // A provider lists what it keeps to whoever has its key, and that is one for all tenants.
    const mayBeOthers = method !== 'POST' && !/\/models(\/|\?|$)/.test(request.request.path);
    if (mayBeOthers && (await keys.hasOtherTenants(key.tenant))) {
      return told(context, notShared);
    }
    const known = await knownToProvider(request, key.tenant, dependencies.store);
    await handle({ headers }, known, key, outgoing as ServerResponse);
    return RESPONSE_ALREADY_SENT;
  }

  /** The key that came with the request, in the header of whichever SDK. */
  async function keyOf(context: Context<Bindings>): Promise<GatewayKey | undefined> {
    const bearer = /^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    const sent = bearer ?? context.req.header('x-api-key') ?? context.req.header('x-goog-api-key');
    if (!(await keys.hasAny())) return anyone;
    return sent === undefined ? undefined : keys.find(sent.trim());
  }

  function told(context: Context<Bindings>, error: ToldError): Response {
    const { outgoing } = context.env;
    // A stream that has begun can only be cut.
    if (outgoing.headersSent) {
      outgoing.destroy();
      return RESPONSE_ALREADY_SENT;
    }
    return Response.json(errorBody('chat', error), {
      status: error.status,
      headers: retryHeaders(error),
    });
  }

  function errorOf(error: unknown): ToldError {
    if (error instanceof NotForwardable) {
      const { status, message, param } = error;
      const type = status === 422 ? 'IdempotencyKeyReused' : typesByStatus[status];
      return { status, type: type ?? 'InvalidRequest', message, param };
    }
    log.error(
      { event: 'gateway.failed', error: errorName(error) },
      'a request failed in the gateway',
    );
    return { status: 503, type: 'Overloaded', message: describe(error), retryAfterMs: 1000 };
  }
}

const typesByStatus: Readonly<Record<number, ToldError['type']>> = {
  403: 'PermissionDenied',
  404: 'ModelNotFound',
  413: 'RequestTooLarge',
};

const unknownKey: ToldError = {
  status: 401,
  type: 'InvalidCredentials',
  message: 'the gateway does not know this key; make one with `holdfast keys add`',
};
const notShared: ToldError = {
  status: 403,
  type: 'PermissionDenied',
  message:
    'where several tenants have keys, what a provider keeps is neither read nor changed through its own paths: it does not tell them apart',
};
const tooMany: ToldError = {
  status: 429,
  type: 'RateLimited',
  message: 'the gateway has as many requests in flight as it may have',
  retryAfterMs: 1000,
};

function describe(error: unknown): string {
  return isDatabaseError(error)
    ? 'the database of the gateway does not answer; nothing was sent'
    : 'the gateway failed; whether the request was sent is not known';
}
