import { Octokit } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import { createTargetFetch } from '../target-fetch.ts';

/** How GitHub is reached. */
export interface GitHubClientOptions {
  readonly token: string;
  /** Another endpoint: GitHub Enterprise or a sandbox. Default: github.com's. */
  readonly baseUrl?: string | undefined;
  /** The endpoint's name may lead into a private network. Default: false. */
  readonly allowPrivate?: boolean | undefined;
}

const PaginatingOctokit = Octokit.plugin(paginateRest);
/** Octokit's core with pagination, and no plugin that repeats requests. */
export type GitHubClient = InstanceType<typeof PaginatingOctokit>;

/** A page of 100 issues with bodies of 64 KiB each, and some. */
const maximumBytes = 16 * 1024 * 1024;
const defaultBaseUrl = 'https://api.github.com';

/** Octokit without retries and redirects. Each request brings its own signal. */
export function createOctokit(options: GitHubClientOptions): GitHubClient {
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
