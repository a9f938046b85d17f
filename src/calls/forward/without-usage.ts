import { asFields } from '../provider/families/read-json.ts';
import { createWholeEvents, dataOf, eventsOf } from './stream-events.ts';

/**
 * Takes the chunk of the usage out of a stream: who has not asked for it does not expect a chunk without
 * choices. All other bytes stay as they came; those of an event are held until it is whole.
 */
export function createUsageFilter() {
  const events = createWholeEvents();
  // A byte is a character so: no text is read that would have to be written as it was.
  const others = (whole: Uint8Array) =>
    Buffer.from(
      eventsOf(Buffer.from(whole).toString('latin1'))
        .filter((event) => !isUsageAlone(event))
        .join(''),
      'latin1',
    );
  return {
    /** @returns what goes on with these bytes; nothing, perhaps. */
    take: (bytes: Uint8Array): Uint8Array => others(events.take(bytes)),
    /** What came of an event that has no end. */
    rest: (): Uint8Array => others(events.rest()),
  };
}

/** As OpenAI's protocol has it: the last chunk, with no choices, and the usage of all of them. */
function isUsageAlone(event: string): boolean {
  // Most chunks have choices, and are not parsed once more.
  if (!/"choices"\s*:\s*\[\s*\]/.test(event)) return false;
  const { choices, usage } = asFields(dataOf(event));
  return Array.isArray(choices) && choices.length === 0 && Object.keys(asFields(usage)).length > 0;
}
