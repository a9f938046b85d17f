import { z } from 'zod';
import { EffectError } from '../../once/effect-error.ts';
import { githubError } from './classify-github.ts';
import type { GitHubClient } from './github-client.ts';

/** What we read of an issue, whatever else GitHub sends. */
export const issueSchema = z.object({
  number: z.int().min(1),
  html_url: z.string(),
  state: z.string(),
  state_reason: z.string().nullish(),
  created_at: z.string().nullish(),
  body: z.string().nullish(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])).default([]),
});

/** An issue, as far as we look at it. */
export type Issue = z.infer<typeof issueSchema>;

/**
 * Lists issues of all states, page by page. Anything that is not a whole list is a failure: a ticket that
 * is overlooked here is opened a second time.
 *
 * @param query.since ISO time: only issues changed since.
 * @throws EffectError `nothing happened`
 */
export async function* listIssues(
  octokit: GitHubClient,
  query: { owner: string; repo: string; labels?: string; since: string },
  signal: AbortSignal,
): AsyncGenerator<Issue[]> {
  // The iterator passes on method, URL and headers only: the signal has to be a default.
  const request = octokit.request.defaults({
    method: 'GET',
    url: '/repos/{owner}/{repo}/issues',
    request: { signal },
  });
  try {
    const pages = octokit.paginate.iterator(
      request as never,
      { ...query, state: 'all', per_page: 100 } as never,
    ) as AsyncIterable<{ readonly url?: string; readonly data: unknown }>;
    for await (const page of pages) {
      const parsed = z.array(issueSchema).safeParse(page.data);
      // The iterator takes a 409 for an empty page, which has no address then.
      if (page.url === undefined || !parsed.success) throw notAList();
      yield parsed.data;
    }
  } catch (error) {
    // Where the body is no JSON, the iterator trips over text.
    throw githubError(error instanceof TypeError ? notAList() : error, 'read', Date.now());
  }
}

function notAList(): EffectError {
  const fields = {
    type: 'MalformedResponse',
    by: 'github',
    reason: 'not a list of issues',
  } as const;
  return new EffectError('nothing happened', { ...fields, sent: true });
}
