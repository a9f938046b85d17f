import type { GateSettings } from './gate-settings.ts';
import type { GateState } from './gate-state.ts';

/** How many times its usual time a provider may take to answer before it counts as quiet. */
const patience = 3;

/**
 * Whether a provider has calls in flight and has answered none of them for longer than it usually
 * takes. This finds a provider that hangs long before its calls time out, and leaves out one that
 * is slow.
 */
function hasGoneQuiet(state: GateState, settings: GateSettings, nowMs: number): boolean {
  const { inFlight, latencyMs, heardMs } = state;
  const boundMs =
    latencyMs === 0 ? settings.quietAtFirstMs : Math.max(settings.quietMs, latencyMs * patience);
  return inFlight > 0 && nowMs - heardMs >= boundMs;
}

/**
 * Whether a provider has gone quiet and holds at least half of the worker's slots: then calls that
 * wait for it make room for others. Those in flight stay.
 */
export function isQuietAndInTheWay(
  state: GateState,
  settings: GateSettings,
  waiting: number,
  nowMs: number,
): boolean {
  return state.inFlight + waiting >= settings.slots / 2 && hasGoneQuiet(state, settings, nowMs);
}
