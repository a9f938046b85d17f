import type Stripe from 'stripe';
import { optionalPackage } from '../../../optional-package.ts';
import { createTargetFetch } from '../target-fetch.ts';

/** How Stripe is reached. */
export interface StripeClientOptions {
  readonly secretKey: string;
  /** Another endpoint, for example a sandbox. Default: Stripe's own. */
  readonly baseUrl?: string | undefined;
  /** The endpoint's name may lead into a private network. Default: false. */
  readonly allowPrivate?: boolean | undefined;
}

const defaultBaseUrl = 'https://api.stripe.com';
/** A page of 100 payment intents stays well below. */
const maximumBytes = 4 * 1024 * 1024;

/**
 * Stripe's SDK with its own retries, telemetry and redirects off. Timeouts come with each request.
 *
 * @throws PackageMissing when `stripe` is not installed.
 */
export function createStripe(options: StripeClientOptions): Stripe {
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
