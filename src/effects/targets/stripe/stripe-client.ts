import type Stripe from 'stripe';
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
    httpClient: Sdk.createFetchHttpClient(targetFetch),
    maxNetworkRetries: 0,
    telemetry: false,
  });
}
