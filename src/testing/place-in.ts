import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('..', import.meta.url));

/** ` (at <file>:<line>:<column>)` of the first frame that is the project's own; else nothing. */
export function placeIn(stack: string | null | undefined): string {
  const places = [...(stack ?? '').matchAll(/^\s+at .*?\(?([^\s()]+:\d+:\d+)\)?$/gm)];
  const own = places.flatMap(([, place = '']) => place.replace(/^file:\/\//, '')).find(isOwn);
  return own === undefined ? '' : ` (at ${own})`;
}

function isOwn(place: string): boolean {
  return !/node_modules|node:|^(webpack|evalmachine)/.test(place) && !place.startsWith(library);
}
