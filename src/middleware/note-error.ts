import {
  APICallError,
  JSONParseError,
  LoadAPIKeyError,
  TypeValidationError,
} from '@ai-sdk/provider';
import type { Exchange } from '../calls/provider/exchange.ts';

/** Completes an exchange from the AI SDK's error, for `fetch` is the user's own here. */
export function noteError(exchange: Exchange, error: unknown): void {
  exchange.fetched ||= exchange.observed;
  if (!APICallError.isInstance(error)) {
    if (exchange.fetched) exchange.failure = error;
    return;
  }
  exchange.fetched = true;
  if (error.statusCode !== undefined) exchange.status = error.statusCode;
  exchange.headers = lowerCase(error.responseHeaders ?? exchange.headers);
  exchange.body = error.responseBody ?? '';
  // A body that came whole and is not what it should be is no failure of the connection.
  const { cause } = error;
  const isWhole = JSONParseError.isInstance(cause) || TypeValidationError.isInstance(cause);
  if (cause !== undefined && !isWhole) exchange.failure = cause;
}

/** Whether there was no key to call with: found before any request. */
export function isMissingKey(error: unknown): boolean {
  return LoadAPIKeyError.isInstance(error);
}

function lowerCase(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );
}
