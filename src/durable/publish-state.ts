import { upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { HeldStep } from '../wire/held.ts';
import { memoOfPark, stateOfParks } from '../wire/park-memo.ts';
import type { Parked } from '../wire/progress.ts';
import { heldState, holdfastState } from '../wire/search-attributes.ts';

/** A shorter sleep is over before anybody has looked at a list. */
const longSleepMs = 60_000;

/**
 * What the server's lists are told, so that no worker is asked: parks, and calls that sleep
 * long. Each change is an event in the history. So a call that was published as held stays so until it
 * has ended, also while it is tried.
 *
 * @param before what the run before this one left there.
 */
export function publishState(before: readonly HeldStep[] = []) {
  const parks = new Map<string, Parked>();
  let state: string = before.length > 0 ? heldState : 'running';
  const held = new Map(before.map((call) => [call.step, call]));

  function publish(change: Record<string, unknown>): void {
    const next = stateOfParks([...parks.values()]) ?? (held.size > 0 ? heldState : 'running');
    // The client sets the search attribute at start where the server knows it; upserting one that it
    // does not know would fail the workflow task for ever. Elsewhere the memo says the same.
    const isKnown = workflowInfo().typedSearchAttributes.get(holdfastState) !== undefined;
    if (isKnown && next !== state) upsertSearchAttributes([{ key: holdfastState, value: next }]);
    state = next;
    // What it waits for too: thousands are listed, resumed and woken without asking one of them.
    upsertMemo({ holdfastState: state, ...change });
  }
  const publishHeld = () => publish({ holdfastHeld: held.size > 0 ? [...held.values()] : null });

  return {
    /** What the lists are told now, for the next run. */
    held: () => [...held.values()],
    park(parked: Parked) {
      parks.set(parked.parkId, parked);
      publish(memoOfPark(parked.parkId, parked));
    },
    unpark(parkId: string) {
      parks.delete(parkId);
      publish(memoOfPark(parkId, null));
    },
    hold(call: HeldStep) {
      const isLong = call.untilMs !== undefined && call.untilMs - Date.now() > longSleepMs;
      if (!isLong && !held.has(call.step)) return;
      held.set(call.step, call);
      publishHeld();
    },
    /** The call has ended, or it is tried again for another reason. */
    release(step: string) {
      if (held.delete(step)) publishHeld();
    },
  };
}
