import { isLoopback } from './trust.ts';

/** What runs on this machine answers few at once: an Ollama puts the rest in a line, or refuses them. */
const onThisMachine = 4;

/**
 * Calls in flight at most to each model of a provider, from one worker.
 *
 * @param given in the provider's entry.
 */
export function inFlightLimit(
  given: number | undefined,
  baseUrl: string | undefined,
): { readonly maximumInFlight?: number } {
  const isHere = baseUrl !== undefined && isLoopback(new URL(baseUrl).hostname);
  const maximumInFlight = given ?? (isHere ? onThisMachine : undefined);
  return maximumInFlight === undefined ? {} : { maximumInFlight };
}
