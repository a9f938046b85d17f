import { z } from 'zod';
import type { Json } from '../../../wire/json.ts';
import type { EffectContext, FindBeforeCreateEffect, MarkedItem } from '../../once/effect.ts';
import { EffectError } from '../../once/effect-error.ts';
import { githubError } from './classify-github.ts';
import { type Issue, issueSchema, listIssues } from './find-issues.ts';
import type { GitHubClient } from './github-client.ts';
import type { IssueDeclaration, Ticket } from './issue-declaration.ts';
import { hasMarker, markerIn, ticketMarker } from './issue-text.ts';

/** What {@link createOpenIssue} needs. */
export interface OpenIssueDependencies {
  readonly octokit: GitHubClient;
  /** `owner/name`. */
  readonly repository: string;
  /** Signs the markers: kept for as long as tickets are opened. */
  readonly markerSecret: string;
  /** Who opens the tickets. Default: asked from GitHub; an app's token cannot ask, and needs it. */
  readonly creator?: string;
  /** Told when a second ticket was found and closed. */
  readonly onTwinClosed?: (twin: { readonly key: string; kept: number; closed: number }) => void;
}

const label = 'holdfast';
/** Tickets older than this before the first attempt are not looked for: it bounds the listing. */
const lookBackMs = 30 * 24 * 60 * 60 * 1000;
/** Our database's clock and GitHub's may differ. */
const clockMarginMs = 10 * 60 * 1000;

/**
 * Opens a ticket as a GitHub issue. GitHub has no idempotency keys: the ticket is looked
 * for by label and marker, created, and looked for again; a later twin is closed. That narrows the
 * window and does not close it: "one ticket, or its twin closed".
 */
export function createOpenIssue<Input>(
  dependencies: OpenIssueDependencies,
  { input, identity, title, body }: IssueDeclaration<Input>,
): FindBeforeCreateEffect<Input, Ticket> {
  const { octokit, repository, markerSecret, onTwinClosed } = dependencies;
  const [owner = '', repo = ''] = repository.split('/');
  const request = `POST /repos/{owner}/{repo}/issues` as const;
  let creator: Promise<string> | undefined;

  /** All tickets with our marker, by us, oldest first. */
  async function find(context: EffectContext<unknown>): Promise<Issue[]> {
    const marker = ticketMarker(markerSecret, context.key);
    const login = await whoWeAre(context.signal);
    const isOurs = ({ body, user }: Issue) =>
      user?.login === login && hasMarker(body ?? '', marker);
    const list = async (query: { labels?: string; creator?: string }, sinceMs: number) => {
      const since = new Date(sinceMs).toISOString();
      const found = await listIssues(octokit, { owner, repo, since, ...query }, context.signal);
      return found.filter(isOurs).sort((one, other) => one.number - other.number);
    };
    const labelled = await list({ labels: label }, context.firstSentAtMs - lookBackMs);
    if (labelled.length > 0) return labelled;
    // GitHub drops labels silently where the token may not push.
    return list({ creator: login }, context.firstSentAtMs - clockMarginMs);
  }

  async function whoWeAre(signal: AbortSignal): Promise<string> {
    creator ??= dependencies.creator
      ? Promise.resolve(dependencies.creator)
      : octokit.request('GET /user', { request: { signal } }).then(({ data }) => data.login);
    try {
      return await creator;
    } catch (error) {
      creator = undefined;
      throw githubError(error, 'read', Date.now());
    }
  }

  /** The oldest is the ticket; whoever looks comes to the same one. */
  async function keepOldest(
    issues: readonly Issue[],
    context: EffectContext<unknown>,
  ): Promise<Ticket> {
    const [kept, ...twins] = issues;
    if (kept === undefined) throw new TypeError('keepOldest needs an issue');
    for (const twin of twins.filter(({ state }) => state === 'open')) {
      await octokit.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
        owner,
        repo,
        issue_number: twin.number,
        state: 'closed',
        state_reason: 'not_planned',
        request: { signal: context.signal },
      });
      onTwinClosed?.({ key: context.key, kept: kept.number, closed: twin.number });
    }
    return { ticketNumber: kept.number, url: kept.html_url };
  }

  return {
    name: 'ticket',
    target: 'github',
    way: 'find before create',
    apiVersion: '2022-11-28',
    input,
    result: z.object({ ticketNumber: z.int().min(1), url: z.string() }),
    identity,
    request: (of, key) => ({
      title: title(of),
      body: `${body(of)}\n\n${ticketMarker(markerSecret, key)}`,
      labels: [label],
    }),

    findMarked: {
      markOf: (key) => ticketMarker(markerSecret, key),
      idOf: (result) => numberField(result, 'ticketNumber'),
      async list({ sinceMs, signal }) {
        const login = await whoWeAre(signal);
        const since = new Date(sinceMs).toISOString();
        const issues = await listIssues(octokit, { owner, repo, since, creator: login }, signal);
        return issues
          .filter(({ user, created_at }) => user?.login === login && (created_at ?? since) >= since)
          .flatMap(markedItem);
      },
    },

    async lookUp(context) {
      const found = await find(context);
      if (found.length === 0) return undefined;
      return keepOldest(found, context).catch((error: unknown) => {
        throw stillToTidy(error);
      });
    },

    async run(context) {
      let created: Issue;
      try {
        const answer = await octokit.request(request, {
          owner,
          repo,
          ...(context.request as { title: string }),
          headers: { 'x-github-api-version': context.apiVersion },
          request: { signal: context.signal },
        });
        created = issueFrom(answer.data);
      } catch (error) {
        throw githubError(error, 'write', Date.now());
      }
      try {
        const others = (await find(context)).filter(({ number }) => number !== created.number);
        const all = [created, ...others].sort((one, other) => one.number - other.number);
        return await keepOldest(all, context);
      } catch (error) {
        throw stillToTidy(error);
      }
    },
  };
}

/** An issue that bears a marker, whatever its key. */
function markedItem({ number, body, state, state_reason }: Issue): MarkedItem[] {
  const mark = markerIn(body ?? '');
  const isTwin = state === 'closed' && state_reason === 'not_planned';
  return mark === undefined ? [] : [{ mark, id: String(number), state, done: !isTwin }];
}

function numberField(value: Json, field: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Reflect.get(value, field);
  return typeof found === 'number' ? String(found) : undefined;
}

/** An answer that is no issue may come from a proxy in between: the issue may be there all the same. */
function issueFrom(data: unknown): Issue {
  const parsed = issueSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const fields = { type: 'MalformedResponse', by: 'github', reason: 'not an issue' } as const;
  throw new EffectError('in doubt', { ...fields, sent: true });
}

/** There is a ticket, but whether there is a twin is not settled: the next attempt looks again. */
function stillToTidy(error: unknown): EffectError {
  const { fields } = githubError(error, 'read', Date.now());
  return new EffectError('in doubt', { ...fields, sent: true }, { cause: error });
}
