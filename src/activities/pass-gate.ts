import type { GatePass, Gates } from '../calls/gate/gates.ts';
import type { Deferred, ModelRequest } from '../wire/model-call.ts';
import type { AttemptScope } from './attempt-scope.ts';

/** A worker that stops sends its calls back for so long, plus as much at random. */
const afterShutdownMs = 1000;
/** What a prompt's characters are in tokens, for lack of the provider's own count. */
const charactersPerToken = 4;

/** What the gate needs to know of a call. */
export type GatedRequest = Pick<
  ModelRequest,
  'model' | 'fairnessKey' | 'messages' | 'maximumOutputTokens'
> & { readonly policy: Pick<ModelRequest['policy'], 'gateCapMs'> };

/** Waits at the gate, if any; what waits over the policy's cap is handed back, at no attempt. */
export async function passGate(
  gates: Gates | undefined,
  request: GatedRequest,
  scope: AttemptScope,
  random: () => number,
): Promise<GatePass | Deferred | undefined> {
  if (!gates) return undefined;
  const startedMs = performance.now();
  const deferred = (delayMs: number): Omit<Deferred, 'held'> => ({
    kind: 'deferred',
    delayMs: Math.max(1, Math.round(delayMs)),
    // This attempt sent nothing: the workflow gets it back.
    attempts: scope.attempt - 1,
    ...scope.costs(),
  });
  try {
    const decision = await gates.enter({
      model: request.model,
      fairnessKey: request.fairnessKey ?? '',
      tokens: estimatedTokens(request),
      capMs: request.policy.gateCapMs,
      signal: scope.signal,
      waits: (why) => scope.held({ ...why, sinceMs: Date.now() }),
    });
    scope.held(undefined);
    scope.waited(performance.now() - startedMs);
    return decision.kind === 'go'
      ? decision.pass
      : {
          ...deferred(decision.delayMs),
          ...(decision.isDown && { isDown: true }),
          held: decision.held,
        };
  } catch (error) {
    if (!scope.isWorkerStopping()) throw error;
    scope.waited(performance.now() - startedMs);
    return deferred(afterShutdownMs * (1 + random()));
  }
}

function estimatedTokens({ messages, maximumOutputTokens }: GatedRequest): number {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  return Math.ceil(characters / charactersPerToken) + maximumOutputTokens;
}
