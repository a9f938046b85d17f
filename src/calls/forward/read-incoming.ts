import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ForwardedApi, ForwardedRequest } from '../../wire/forwarded.ts';
import {
  type FieldPlace,
  fieldValue,
  NotAnObject,
  spliced,
  topLevelFields,
} from './top-level-fields.ts';

/** A provider as far as the way of a request depends on it. */
export interface KnownProvider {
  readonly name: string;
  readonly family: string;
  /** Add `stream_options.include_usage` to streams that do not say it. */
  readonly includeUsage?: boolean | undefined;
  /** It runs a response in the background by itself, and gives it again by its id. */
  readonly backgroundResponses?: boolean | undefined;
}

/** What a client sent. */
export interface Incoming {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** A request on its way: what goes out, and what makes it the same as another one. */
export interface Outgoing {
  readonly request: ForwardedRequest;
  readonly body: Uint8Array;
  readonly fingerprint: string;
  /** The response that it goes on from: perhaps one that has an id of ours. */
  readonly previousResponseId?: string;
}

/** Why a request cannot be forwarded, in a sentence for its client. */
export class NotForwardable extends Error {
  override readonly name = 'NotForwardable';
  readonly status: number;
  readonly param: string | null;
  constructor(message: string, status = 400, param: string | null = null) {
    super(message);
    this.status = status;
    this.param = param;
  }
}

const openaiPaths: Readonly<Record<string, ForwardedApi>> = {
  '/v1/chat/completions': 'chat',
  '/v1/responses': 'responses',
  '/v1/embeddings': 'embeddings',
};

/**
 * A client's headers that go on to the provider: what the content is, what the client accepts, and the
 * versions and switches that providers' own APIs have. Keys, cookies, addresses and lengths do not.
 */
const passedUp =
  /^(content-type|accept|openai-beta|anthropic-version|anthropic-beta|x-goog-api-client)$/;

/** Finds the provider, model and API of a request, and takes the provider's name out of its body. */
export function readIncoming(incoming: Incoming, providers: readonly KnownProvider[]): Outgoing {
  const { pathname, search } = new URL(incoming.url, 'http://gateway');
  const api = openaiPaths[pathname];
  const fingerprint = fingerprintOf(incoming.method, `${pathname}${search}`, incoming.body);
  const headers = headersUp(incoming.headers);
  if (api && incoming.method !== 'POST') {
    throw new NotForwardable(`${pathname} takes POST alone`, 405);
  }
  if (incoming.body.byteLength > 0 && /^(GET|HEAD)$/.test(incoming.method)) {
    throw new NotForwardable(`a ${incoming.method} has no body`);
  }
  if (api) {
    const { body, fields, modelPlaces } = readBody(incoming.body);
    const model = fieldValue(body, fields, 'model');
    if (typeof model !== 'string') {
      throw new NotForwardable('the body has no model; write <provider>:<model>', 400, 'model');
    }
    const provider = providerOf(model, providers);
    const modelId = model.slice(provider.name.length + 1);
    const isStream = fieldValue(body, fields, 'stream') === true;
    const changes = modelPlaces.map((place) => ({ ...place, text: JSON.stringify(modelId) }));
    const usageChange =
      isStream && api === 'chat' && provider.includeUsage ? includeUsage(fields) : undefined;
    const value = (name: string) =>
      api === 'responses' ? fieldValue(body, fields, name) : undefined;
    const previous = value('previous_response_id');
    const isBackground = value('background') === true;
    const isForgotten = value('store') === false;
    // It keeps what it runs by itself.
    const isReattachable = isBackground && provider.backgroundResponses === true && !isForgotten;
    // Otherwise the call is ours to keep going: not every provider knows the field, and none must.
    const inBackground = isBackground && !isReattachable ? placesOf(fields, 'background') : [];
    const backgroundChanges = inBackground.map((place) => ({ ...place, text: 'false' }));
    const all = [...changes, ...backgroundChanges, ...(usageChange ? [usageChange] : [])];
    return {
      request: {
        ...{ provider: provider.name, model, api, method: incoming.method, headers, isStream },
        path: `${pathname.slice('/v1'.length)}${search}`,
        ...maximumTokens(body, fields),
        ...(usageChange && { isUsageOurs: true }),
        ...(isBackground && { isBackground }),
        ...(isReattachable && { isReattachable }),
        ...(value('store') === true && { isStored: true }),
        ...(isForgotten && { isForgotten }),
      },
      body: spliced(
        body,
        all.sort((a, b) => a.start - b.start),
      ),
      fingerprint,
      ...(typeof previous === 'string' && { previousResponseId: previous }),
    };
  }
  const [, name = '', rest = ''] = /^\/([^/]+)(\/.*)$/.exec(pathname) ?? [];
  const provider = providers.find((each) => each.name === name);
  if (!provider) {
    throw new NotForwardable(
      `there is nothing at ${pathname}; providers are ${namesOf(providers)}`,
      404,
    );
  }
  const nativeApi = nativeApiOf(provider.family, rest);
  const { modelId, isStream, tokens } = readNative(nativeApi, rest, search, incoming.body);
  return {
    request: {
      ...{ provider: provider.name, model: `${provider.name}:${modelId}`, api: nativeApi },
      ...{
        method: incoming.method,
        path: `${rest}${withoutKey(search)}`,
        headers,
        isStream,
        ...tokens,
      },
    },
    ...{ body: incoming.body, fingerprint },
  };
}

function readBody(body: Uint8Array) {
  try {
    const fields = topLevelFields(body);
    return { body, fields, modelPlaces: placesOf(fields, 'model') };
  } catch (error) {
    if (!(error instanceof NotAnObject)) throw error;
    throw new NotForwardable(`the body is not a JSON object: ${error.message}`);
  }
}

type Fields = ReturnType<typeof readBody>['fields'];

function placesOf(fields: readonly FieldPlace[], wanted: string): FieldPlace[] {
  return fields.filter(({ name }) => name === wanted);
}

/** The same request, going on from the response that the provider knows by another id. */
export function goingOnFrom(body: Uint8Array, responseId: string): Uint8Array {
  const places = placesOf(topLevelFields(body), 'previous_response_id');
  return spliced(
    body,
    places.map((place) => ({ ...place, text: JSON.stringify(responseId) })),
  );
}

function providerOf(model: string, providers: readonly KnownProvider[]): KnownProvider {
  const name = model.includes(':') ? model.slice(0, model.indexOf(':')) : '';
  const provider = providers.find((each) => each.name === name);
  if (provider && model.length > name.length + 1) return provider;
  throw new NotForwardable(
    `the model must be <provider>:<model>, with one of the providers ${namesOf(providers)}`,
    404,
    'model',
  );
}

function namesOf(providers: readonly KnownProvider[]): string {
  return providers.map(({ name }) => name).join(', ');
}

const maximumTokenFields = ['max_completion_tokens', 'max_output_tokens', 'max_tokens'];

function maximumTokens(body: Uint8Array, fields: Fields): { maximumOutputTokens?: number } {
  for (const name of maximumTokenFields) {
    const value = fieldValue(body, fields, name);
    if (typeof value === 'number' && value > 0) return { maximumOutputTokens: value };
  }
  return {};
}

/** Asks for the usage of a stream, unless the client has settings of its own. */
function includeUsage(fields: Fields) {
  if (fields.some(({ name }) => name === 'stream_options')) return undefined;
  const last = fields.at(-1);
  if (!last) return undefined;
  const text = ',"stream_options":{"include_usage":true}';
  return { start: last.end, end: last.end, text };
}

function nativeApiOf(family: string, path: string): ForwardedApi {
  if (family === 'anthropic' && path.endsWith('/messages')) return 'messages';
  if (family === 'google' && /:(streamGenerateContent|generateContent)$/.test(path)) {
    return 'generateContent';
  }
  if (path.endsWith('/chat/completions')) return 'chat';
  if (path.endsWith('/responses')) return 'responses';
  return path.endsWith('/embeddings') ? 'embeddings' : 'other';
}

/** What a native request says of itself; of an API that nobody knows, nothing. */
function readNative(api: ForwardedApi, path: string, search: string, body: Uint8Array) {
  if (api === 'generateContent') {
    const modelId = /\/models\/([^/:]+):/.exec(path)?.[1] ?? 'unknown';
    const isStream = path.includes(':stream') && new URLSearchParams(search).get('alt') === 'sse';
    return { modelId, isStream, tokens: {} };
  }
  try {
    const fields = topLevelFields(body);
    const model = fieldValue(body, fields, 'model');
    return {
      modelId: typeof model === 'string' ? model : 'unknown',
      isStream: fieldValue(body, fields, 'stream') === true,
      tokens: maximumTokens(body, fields),
    };
  } catch {
    return { modelId: 'unknown', isStream: false, tokens: {} };
  }
}

function headersUp(headers: IncomingHttpHeaders): Record<string, string> {
  const passed = Object.entries(headers).filter(([name]) => passedUp.test(name));
  return Object.fromEntries(passed.map(([name, value]) => [name, String(value)]));
}

/** Google's clients may send their key so, and what they have is one of ours. */
function withoutKey(search: string): string {
  const rest = search
    .slice(1)
    .split('&')
    .filter((part) => part !== '' && !/^key=/.test(part));
  return rest.length > 0 ? `?${rest.join('&')}` : '';
}

/** On native paths the query says what is asked for, a stream for one, and the method what is done. */
function fingerprintOf(method: string, path: string, body: Uint8Array): string {
  const place = method === 'POST' ? path : `${method} ${path}`;
  return createHash('sha256').update(place).update('\n').update(body).digest('hex');
}
