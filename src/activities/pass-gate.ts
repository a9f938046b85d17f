import type { GatePass, Gates } from '../calls/gate/gates.ts';
import { noOutage, type OutageSoFar } from '../policies/outage.ts';
import { mostUsage } from '../wire/estimate-tokens.ts';
import { requestIdFor } from '../wire/identifiers.ts';
import type { Deferred, ModelRequest } from '../wire/model-call.ts';
import type { GateScope, WorkScope } from './run-attempt.ts';

/** A worker that stops sends its calls back for so long, plus as much at random. */
const afterShutdownMs = 1000;

/** What the gate needs to know of a call. */
export type GatedRequest = Pick<
  ModelRequest,
  | 'workflowId'
  | 'step'
  | 'model'
  | 'fairnessKey'
  | 'messages'
  | 'forwarded'
  | 'maximumOutputTokens'
  | 'outage'
> & { readonly policy: Pick<ModelRequest['policy'], 'gateCapMs'> };

/** Waits at the gate, if any; what waits over the policy's cap is handed back, at no attempt. */
export async function passGate(
  gates: Gates | undefined,
  request: GatedRequest,
  scope: WorkScope & GateScope,
  random: () => number,
): Promise<GatePass | Deferred | undefined> {
  if (!gates) return undefined;
  const startedMs = performance.now();
  const outage = metBefore(request, scope);
  const { inputTokens, outputTokens } = mostUsage(request);
  const deferred = (delayMs: number): Omit<Deferred, 'held'> => ({
    kind: 'deferred',
    ...(outage && { outage }),
    delayMs: Math.max(1, Math.round(delayMs)),
    // This attempt sent nothing: the workflow gets it back.
    attempts: scope.attempt - 1,
    ...scope.costs(),
  });
  try {
    const decision = await gates.enter({
      model: request.model,
      fairnessKey: request.fairnessKey ?? '',
      tokens: inputTokens + outputTokens,
      capMs: request.policy.gateCapMs,
      call: requestIdFor(request.workflowId ?? scope.workflowId, request.step),
      outageMs: outage?.forMs,
      signal: scope.signal,
      waits: (why) => scope.held({ ...why, sinceMs: Date.now() }),
    });
    scope.held(undefined);
    scope.waited(performance.now() - startedMs);
    return decision.kind === 'go'
      ? decision.pass
      : {
          ...deferred(decision.delayMs),
          ...(decision.downForMs !== undefined && {
            outage: inOutage(outage, decision.downForMs),
          }),
          held: decision.held,
        };
  } catch (error) {
    if (!scope.isWorkerStopping()) throw error;
    scope.waited(performance.now() - startedMs);
    return deferred(afterShutdownMs * (1 + random()));
  }
}

/** What a call has met in its earlier schedulings and in the earlier attempts of this one. */
export function metBefore({ outage }: Pick<GatedRequest, 'outage'>, scope: GateScope) {
  const failures = (outage?.failures ?? 0) + scope.outageFailures();
  return failures > 0 || outage ? { ...noOutage, ...outage, failures } : undefined;
}

/** What a call has met, if it is in an outage that has lasted so long. */
export function inOutage(met: OutageSoFar = noOutage, forMs: number): OutageSoFar {
  return { ...met, forMs: Math.round(Math.max(met.forMs ?? 0, forMs)) };
}
