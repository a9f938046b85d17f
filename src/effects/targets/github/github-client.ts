import type { Octokit } from '@octokit/core';
import type { PaginateInterface, paginateRest } from '@octokit/plugin-paginate-rest';
import { optionalPackage } from '../../../optional-package.ts';
import { createTargetFetch, type Endpoint } from '../target-fetch.ts';

/** Octokit's core with pagination, and no plugin that repeats requests. */
export type GitHubClient = Octokit & { readonly paginate: PaginateInterface };

/** A page of 100 issues with bodies of 64 KiB each, and some. */
const maximumBytes = 16 * 1024 * 1024;
const defaultBaseUrl = 'https://api.github.com';

/**
 * Octokit without retries and redirects. Each request brings its own signal.
 *
 * @throws PackageMissing when one of Octokit's is not installed.
 */
export function createOctokit(options: Endpoint & { readonly token: string }): GitHubClient {
  const baseUrl = options.baseUrl ?? defaultBaseUrl;
  const { origin } = new URL(baseUrl);
  const core = optionalPackage<{ Octokit: typeof Octokit }>('@octokit/core');
  const plugin = optionalPackage<{ paginateRest: typeof paginateRest }>(
    '@octokit/plugin-paginate-rest',
  );
  const PaginatingOctokit = core.Octokit.plugin(plugin.paginateRest);
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
