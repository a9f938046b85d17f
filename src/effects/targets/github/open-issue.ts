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
  /** Told when a second ticket was found and closed. */
  readonly onTwinClosed?: (twin: { readonly key: string; kept: number; closed: number }) => void;
  /** How long GitHub may still act on a request that was given up. Default: 12 s. */
  readonly actsWithinMs?: number;
}

const label = 'holdfast';
/**
 * GitHub ends what takes it longer than ten seconds
 * (https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts).
 */
const gitHubActsWithinMs = 12_000;
/** Our database's clock may be wrong by hours: where an earlier attempt is looked for, the marker decides. */
const clockMarginMs = 24 * 60 * 60 * 1000;
/** Where GitHub's own clock tells when our ticket was made, only its seconds have to be allowed for. */
const sameClockMarginMs = 60_000;

/**
 * Opens a ticket as a GitHub issue. GitHub has no idempotency keys: the ticket is looked
 * for by label and marker where an earlier attempt may have opened it, created, and looked for again; a
 * later twin is closed. That narrows the window and does not close it: "one ticket, or its twin closed".
 *
 * The marker says whose ticket it is, and not the login: tokens change, and nobody else can sign one.
 */
export function createOpenIssue<Input>(
  dependencies: OpenIssueDependencies,
  { input, identity, title, body }: IssueDeclaration<Input>,
): FindBeforeCreateEffect<Input, Ticket> {
  const { octokit, markerSecret, onTwinClosed } = dependencies;
  const { actsWithinMs = gitHubActsWithinMs } = dependencies;
  const [owner = '', repo = ''] = dependencies.repository.split('/');
  const request = `POST /repos/{owner}/{repo}/issues` as const;
  /** Where an earlier attempt opened it, and how it marked it: another deploy may be configured otherwise. */
  function storedIn({ key, request }: EffectContext<unknown>) {
    const { body: stored, ...repository } = storedRequest.parse(request);
    const marker = markerIn(stored) ?? ticketMarker(markerSecret, key);
    return { marker, repository: { owner, repo, ...repository } };
  }

  /** All issues with our marker, of all states, changed since, oldest first. */
  async function list(context: EffectContext<unknown>, sinceMs: number, labels?: string) {
    const { marker, repository } = storedIn(context);
    const since = new Date(sinceMs).toISOString();
    const query = { ...repository, since, ...(labels && { labels }) };
    const found: Issue[] = [];
    for await (const page of listIssues(octokit, query, context.signal)) {
      found.push(...page.filter(({ body }) => hasMarker(body ?? '', marker)));
      // Nothing of ours can be older than the first sending.
      if (!context.inDoubt) break;
    }
    return found.sort((one, other) => one.number - other.number);
  }

  /** Those that may have been opened since anything was first sent: of a first attempt, none. */
  async function find(context: EffectContext<unknown>): Promise<Issue[]> {
    if (!context.inDoubt) return list(context, context.firstSentAtMs, label);
    const sinceMs = context.firstSentAtMs - clockMarginMs;
    const labelled = await list(context, sinceMs, label);
    // GitHub drops labels silently where the token may not push.
    return labelled.length > 0 ? labelled : list(context, sinceMs);
  }

  /** Those beside the one that was just created: another worker may have been as far as this one. */
  async function findTwins(created: Issue, context: EffectContext<unknown>): Promise<Issue[]> {
    const createdAtMs = Date.parse(created.created_at ?? '');
    const marginMs = context.inDoubt ? clockMarginMs : sameClockMarginMs;
    const sinceMs = Number.isNaN(createdAtMs)
      ? context.firstSentAtMs - clockMarginMs
      : createdAtMs - context.ageMs() - marginMs;
    const keepsLabels = created.labels.some((each) => Object(each).name === label);
    const found = await list(context, sinceMs, keepsLabels ? label : undefined);
    return found.filter(({ number }) => number !== created.number);
  }

  /** The oldest is the ticket: every worker picks the same one. */
  async function keepOldest(
    issues: readonly Issue[],
    context: EffectContext<unknown>,
  ): Promise<Ticket> {
    const [kept, ...twins] = issues;
    if (kept === undefined) throw new TypeError('keepOldest needs an issue');
    for (const twin of twins.filter(({ state }) => state === 'open')) {
      await octokit.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
        ...storedIn(context).repository,
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
    actsWithinMs,
    apiVersion: '2022-11-28',
    input,
    result: z.object({ ticketNumber: z.int().min(1), url: z.string() }),
    identity,
    request: (of, key) => ({
      ...{ owner, repo },
      title: title(of),
      body: `${body(of)}\n\n${ticketMarker(markerSecret, key)}`,
      labels: [label],
    }),

    findMarked: {
      markOf: (key) => ticketMarker(markerSecret, key),
      idOf: (result) => numberField(result, 'ticketNumber'),
      async *list({ sinceMs, signal, request: of }) {
        const since = new Date(sinceMs).toISOString();
        const { body: _, ...stored } = storedRequest.parse(of ?? { body: '' });
        const query = { owner, repo, ...stored, since };
        for await (const page of listIssues(octokit, query, signal)) {
          const made = page.filter(({ created_at }) => (created_at ?? since) >= since);
          yield made.flatMap(markedItem);
        }
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
          ...{ owner, repo },
          ...(context.request as { title: string }),
          headers: { 'x-github-api-version': context.apiVersion },
          request: { signal: context.signal },
        });
        created = issueFrom(answer.data);
      } catch (error) {
        throw githubError(error, 'write', Date.now());
      }
      try {
        const all = [created, ...(await findTwins(created, context))].sort(
          (one, other) => one.number - other.number,
        );
        return await keepOldest(all, context);
      } catch (error) {
        throw stillToTidy(error);
      }
    },
  };
}

/** What is stored at the claim; before it named the repository there was one only. */
const storedRequest = z.object({
  owner: z.string().exactOptional(),
  repo: z.string().exactOptional(),
  body: z.string(),
});

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
