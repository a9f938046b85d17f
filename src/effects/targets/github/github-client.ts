import { Octokit } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import { createTargetFetch, type Endpoint } from '../target-fetch.ts';

const PaginatingOctokit = Octokit.plugin(paginateRest);
/** Octokit's core with pagination, and no plugin that repeats requests. */
export type GitHubClient = InstanceType<typeof PaginatingOctokit>;

/** A page of 100 issues with bodies of 64 KiB each, and some. */
const maximumBytes = 16 * 1024 * 1024;
const defaultBaseUrl = 'https://api.github.com';

/** Octokit without retries and redirects. Each request brings its own signal. */
export function createOctokit(options: Endpoint & { readonly token: string }): GitHubClient {
  const baseUrl = options.baseUrl ?? defaultBaseUrl;
  const { origin } = new URL(baseUrl);
  return new PaginatingOctokit({
    auth: options.token,
    baseUrl: baseUrl.replace(/\/$/, ''),
    userAgent: 'holdfast',
    request: {
      fetch: createTargetFetch({
        target: 'github',
        origin,
        maximumBytes,
        allowPrivate: options.allowPrivate,
      }),
    },
  });
}
