import type { GateSettings } from './gate-settings.ts';
import type { GateState } from './gate-state.ts';

/** How many times its usual time a provider may take to answer before it counts as quiet. */
const patience = 3;

/**
 * Whether a provider has calls in flight and has answered none of them for longer than it usually
 * takes. One that hangs is found so, long before its calls time out; one that is slow is not.
 */
function hasGoneQuiet(state: GateState, settings: GateSettings, nowMs: number): boolean {
  const { inFlight, latencyMs, heardMs } = state;
  const boundMs =
    latencyMs === 0 ? settings.quietAtFirstMs : Math.max(settings.quietMs, latencyMs * patience);
  return inFlight > 0 && nowMs - heardMs >= boundMs;
}

/**
 * Whether it keeps more than half of the worker's slots besides: then those who wait for it make
 * room for others. What is in flight stays, nine tenths of the slots at most.
 */
export function isQuietAndInTheWay(
  state: GateState,
  settings: GateSettings,
  waiting: number,
  nowMs: number,
): boolean {
  return state.inFlight + waiting >= settings.slots / 2 && hasGoneQuiet(state, settings, nowMs);
}
