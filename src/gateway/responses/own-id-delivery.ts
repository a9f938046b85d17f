import { createWholeEvents } from '../../calls/forward/stream-events.ts';
import type { ForwardedAnswer } from '../../wire/forwarded.ts';
import type { Delivery } from '../answer/delivery.ts';
import { providersIdIn, withOwnId } from '../store/response-id.ts';

/**
 * Delivers a background call under the id that the client asks for it by.
 *
 * @param ours known when the answer begins: the call may be one that was there.
 */
export function ownIdDelivery(delivery: Delivery, ours: () => string): Delivery {
  const events = createWholeEvents();
  let theirs: string | undefined;
  let last: ForwardedAnswer | undefined;
  const give = async (bytes: Uint8Array, head: ForwardedAnswer) => {
    theirs ??= providersIdIn(bytes);
    if (bytes.length > 0) await delivery.bytes(withOwnId(bytes, theirs, ours()), head);
  };
  return {
    ...delivery,
    whole: (answer, body) => delivery.whole(answer, withOwnId(body, providersIdIn(body), ours())),
    bytes(bytes, head) {
      last = head;
      return give(events.take(bytes), head);
    },
    end() {
      // Written at once, whether or not it is taken at once.
      if (last) void give(events.rest(), last);
      delivery.end();
    },
  };
}
