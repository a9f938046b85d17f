import { LLMock } from '@copilotkit/aimock';
import { distortAnswer } from './distort.ts';
import type { DecideModelFault } from './fault-plan.ts';
import { type Exchange, startLoopbackServer } from './loopback-server.ts';
import { invalidApiKey, type ModelFault, modelNotFound } from './model-faults.ts';
import {
  type AssistantAnswer,
  type ModelProviderRequest,
  parseJsonBody,
  parseModelRequest,
} from './model-request.ts';
import { onceOnly } from './once-only.ts';
import { fillProtocolGaps } from './protocol-gaps.ts';
import { headerText, type RequestRecord, recordOf, requestIdOf } from './request-record.ts';
import { relay } from './wire-answer.ts';
import { deliver, pass } from './wire-fault.ts';

/** One request to the model provider. */
export interface ModelRequestRecord extends RequestRecord {
  /** The `X-Client-Request-Id` header, which OpenAI logs. */
  readonly clientRequestId?: string;
  readonly model: string;
  /** The `x-request-id` that the answer carries. */
  readonly providerRequestId: string;
}

export interface ModelProviderOptions {
  /** What the assistant says to a request. What it throws is answered with a 500. */
  readonly answer: (
    request: ModelProviderRequest,
  ) => string | AssistantAnswer | Promise<string | AssistantAnswer>;
  /** What goes wrong: nothing by default. Asked once key and model are found good. */
  readonly faults?: DecideModelFault;
  /** Any other bearer key gets a 401. All are good by default. */
  readonly validKeys?: readonly string[];
  /** Any other model gets a 404. All are known by default. */
  readonly knownModels?: readonly string[];
  /** 0, the default, takes a free port. */
  readonly port?: number;
}

export interface ModelProvider {
  /** Ends in `/v1`, as OpenAI clients want it. */
  readonly baseUrl: string;
  /** Every request received, in order of arrival; a record changes while its request runs. */
  readonly requests: readonly ModelRequestRecord[];
  /** Those whose request id begins with this, for example a workflow id and a slash. */
  requestsFor(requestIdPrefix: string): readonly ModelRequestRecord[];
  stop(): Promise<void>;
}

/**
 * Starts an OpenAI-compatible provider (Chat Completions and Responses) on 127.0.0.1. aimock
 * speaks the protocol; the handler in front adds what it cannot do: an exact sequence of faults
 * for each call, cuts within the bytes of an answer, and a record of every request.
 */
export async function startModelProvider(options: ModelProviderOptions): Promise<ModelProvider> {
  const requests: ModelRequestRecord[] = [];
  const countByCall = new Map<string | undefined, number>();
  const decideFault = options.faults ?? (() => pass);
  const protocol = await startProtocol();

  function faultFor(exchange: Exchange, record: ModelRequestRecord, body: unknown): ModelFault {
    const { requestId, model } = record;
    const nthForThisCall = (countByCall.get(requestId) ?? 0) + 1;
    countByCall.set(requestId, nthForThisCall);
    const key = headerText(exchange, 'authorization')?.replace(/^Bearer /, '') ?? '';
    if (options.validKeys && !options.validKeys.includes(key)) return invalidApiKey(key);
    if (options.knownModels && !options.knownModels.includes(model)) return modelNotFound(model);
    return decideFault({ requestId, nthForThisCall, model, body });
  }

  const server = await startLoopbackServer({
    port: options.port ?? 0,
    handle: async (exchange) => {
      const body = parseJsonBody(exchange.body);
      const request = parseModelRequest(body, requestIdOf(exchange));
      const record = modelRecordOf(exchange, request?.model ?? '', requests.length + 1);
      requests.push(record);
      const fault = faultFor(exchange, record, body);
      record.fault = fault.kind;
      exchange.response.setHeader('x-request-id', record.providerRequestId);
      const isInWords = fault.kind === 'text' || fault.kind === 'distort';
      await deliver(exchange, record, isInWords ? pass : fault, async () => {
        if (request === undefined) return relay(protocol.origin, exchange);
        const given = await options.answer(request);
        const right = typeof given === 'string' ? { text: given } : given;
        const text = spokenText(fault, right.text);
        return protocol.speak(exchange, record.providerRequestId, { ...right, text });
      });
    },
  });

  return {
    baseUrl: `${server.origin}/v1`,
    requests,
    requestsFor: (prefix) => requests.filter(({ requestId }) => requestId?.startsWith(prefix)),
    stop: onceOnly(async () => {
      await server.stop();
      await protocol.stop();
    }),
  };
}

/** aimock, told through its context header which of our answers belongs to which request. */
async function startProtocol() {
  const answers = new Map<string, AssistantAnswer>();
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent', journalMaxEntries: 1 });
  mock.addFixture({
    match: { predicate: () => true },
    response: ({ _context: id, messages }) => {
      const answer = answers.get(id ?? '');
      if (answer === undefined) throw new Error('a request that did not come through the front');
      return {
        content: answer.text,
        finishReason: answer.finishReason ?? 'stop',
        usage: {
          prompt_tokens: tokensIn(JSON.stringify(messages)),
          completion_tokens: tokensIn(answer.text),
        },
      };
    },
  });
  await mock.start();
  return {
    origin: mock.url,
    async speak(exchange: Exchange, id: string, answer: AssistantAnswer) {
      answers.set(id, answer);
      try {
        const headers = { 'x-aimock-context': id, 'x-request-id': id };
        return fillProtocolGaps(await relay(mock.url, exchange, headers), answer);
      } finally {
        answers.delete(id);
      }
    },
    stop: () => mock.stop(),
  };
}

/** A rough count, four characters to a token: no bill depends on it. */
const tokensIn = (words: string) => Math.ceil(words.length / 4);

function modelRecordOf(exchange: Exchange, model: string, number: number): ModelRequestRecord {
  const clientRequestId = headerText(exchange, 'x-client-request-id');
  return {
    ...recordOf(exchange),
    ...(clientRequestId === undefined ? {} : { clientRequestId }),
    model,
    providerRequestId: `req_sandbox_${number}`,
  };
}

function spokenText(fault: ModelFault, right: string): string {
  if (fault.kind === 'text') return fault.text;
  return fault.kind === 'distort' ? distortAnswer(fault.how, right) : right;
}
