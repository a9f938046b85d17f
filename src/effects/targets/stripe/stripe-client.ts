import type Stripe from 'stripe';
import { AttemptError } from '../../../failures/attempt-error.ts';
import { optionalPackage } from '../../../optional-package.ts';
import { createTargetFetch, type Endpoint } from '../target-fetch.ts';

const defaultBaseUrl = 'https://api.stripe.com';
/** A page of 100 payment intents stays well below. */
const maximumBytes = 4 * 1024 * 1024;

/**
 * Stripe's SDK without retries, telemetry and redirects. Each request brings its timeout.
 *
 * @throws PackageMissing when `stripe` is not installed.
 */
export function createStripe(options: Endpoint & { readonly secretKey: string }): Stripe {
  const { protocol, hostname, port, origin } = new URL(options.baseUrl ?? defaultBaseUrl);
  const targetFetch = createTargetFetch({
    target: 'stripe',
    origin,
    maximumBytes,
    allowPrivate: options.allowPrivate,
  });
  const Sdk = optionalPackage<typeof Stripe>('stripe');
  return new Sdk(options.secretKey, {
    host: hostname,
    port: port || (protocol === 'http:' ? 80 : 443),
    protocol: protocol === 'http:' ? 'http' : 'https',
    httpClient: Sdk.createFetchHttpClient(readingStatusFirst(targetFetch)),
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** The type of an error that something on the way to Stripe made. */
export const notFromStripe = 'not_from_stripe';

/**
 * The SDK looks at the body only: a gateway's 503 in JSON it hands on as the payment. So whatever is
 * not in Stripe's own form is made an error before the SDK sees it.
 */
function readingStatusFirst(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    if (response.ok) {
      if (hasText(body, 'object')) return response;
      const reason = 'not an object of Stripe';
      throw new AttemptError({ type: 'MalformedResponse', by: 'stripe', reason, sent: true });
    }
    if (hasText(Object(body).error, 'type')) return response;
    const { status, headers } = response;
    return new Response(JSON.stringify({ error: { type: notFromStripe } }), { status, headers });
  };
}

function hasText(value: unknown, field: string): boolean {
  return typeof Object(value)[field] === 'string';
}
