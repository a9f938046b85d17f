import { asFields, parseJson } from '../provider/families/read-json.ts';
import { topLevelFields } from './top-level-fields.ts';

/** The events of a stream, each with the blank line that ends it; a piece without its end is the last. */
export function eventsOf(stream: string): string[] {
  return stream.split(/(?<=\n\r?\n)/);
}

/** The JSON of an event; `undefined` for a comment, and for `[DONE]`. */
export function dataOf(event: string): unknown {
  return parseJson(dataTextOf(event));
}

/** The text of that JSON, as it stands there. */
function dataTextOf(event: string): string {
  return event
    .split(/\r?\n/)
    .flatMap((line) => /^data: ?(.*)$/.exec(line)?.slice(1) ?? [])
    .join('\n');
}

/** What of a recorded stream comes after the event of that number. */
export function eventsAfter(stream: string, sequenceNumber: number): string {
  return eventsOf(stream)
    .filter((event) => {
      const number = asFields(dataOf(event)).sequence_number;
      return typeof number !== 'number' || number > sequenceNumber;
    })
    .join('');
}

/** The response as the last event of its stream has it, in the bytes that came. */
export function lastResponseIn(stream: Uint8Array): Uint8Array {
  const events = eventsOf(Buffer.from(stream).toString('utf8'));
  const last = events.findLast((event) => asFields(dataOf(event)).response !== undefined);
  const data = Buffer.from(dataTextOf(last ?? ''));
  const place = topLevelFields(data).findLast(({ name }) => name === 'response');
  return place ? data.subarray(place.start, place.end) : data;
}

/** Blank lines that end an event, after the end of its last line. */
const blankLines = ['\n\n', '\n\r\n'];

/**
 * Holds back what has come of an event until its end has: whoever reads on elsewhere can count whole
 * events only. Each byte is looked at once, and copied twice: an event may be as long as an answer, and
 * come in thousands of pieces.
 */
export function createWholeEvents() {
  let held: Uint8Array[] = [];
  /** The last two bytes of that: an end may come in pieces. */
  let before = Buffer.alloc(0);
  return {
    /** @returns the events that are whole with these bytes; none, perhaps. */
    take(bytes: Uint8Array): Uint8Array {
      const near = Buffer.concat([before, bytes]);
      const ends = blankLines.map((end) => {
        const at = near.lastIndexOf(end);
        return at < 0 ? 0 : at + end.length;
      });
      const end = Math.max(...ends);
      if (end === 0) {
        held.push(bytes);
        before = Buffer.from(near.subarray(-2));
        return Buffer.alloc(0);
      }
      // What is held has no end in itself: this one is within the bytes.
      const own = end - before.length;
      const whole = Buffer.concat([...held, bytes.subarray(0, own)]);
      held = [bytes.subarray(own)];
      before = Buffer.from(near.subarray(Math.max(end, near.length - 2)));
      return whole;
    },
    /** What came of an event that has no end. */
    rest: (): Uint8Array => Buffer.concat(held),
  };
}
