import { createEmulator } from 'emulate';
import { z } from 'zod';
import { startLoopbackServer } from './loopback-server.ts';
import { onceOnly } from './once-only.ts';
import { headerText, type RequestRecord, recordOf } from './request-record.ts';
import { jsonAnswer, relay, type WireAnswer } from './wire-answer.ts';
import { deliver, pass, type WireFault } from './wire-fault.ts';

/** What a fault is decided on. */
export interface GitHubFaultContext {
  readonly method: string;
  readonly path: string;
  /** Which request with this method and path it is, counted from 1. */
  readonly nthForThisRoute: number;
  /** The body as text: JSON, or empty. */
  readonly body: string;
}

export interface GitHubSandboxOptions {
  /** What goes wrong: nothing by default. */
  readonly faults?: (context: GitHubFaultContext) => WireFault;
  /** 0, the default, takes a free port. */
  readonly port?: number;
}

const issueSchema = z.looseObject({
  number: z.int(),
  title: z.string(),
  body: z.string().nullable(),
  state: z.enum(['open', 'closed']),
  user: z.looseObject({ login: z.string() }),
  labels: z.array(z.looseObject({ name: z.string() })),
  html_url: z.string(),
});

/** An issue as GitHub shows it. */
export type GitHubIssue = z.infer<typeof issueSchema>;

export interface GitHubSandbox {
  /** For Octokit: `new Octokit({ baseUrl, auth: token })`. */
  readonly baseUrl: string;
  readonly owner: 'acme';
  readonly repo: 'fulfilment';
  /** The token of Holdfast's own user. */
  readonly token: 'ghp_sandbox_holdfast';
  /** The user that `token` belongs to: the creator of genuine tickets. */
  readonly login: 'holdfast-bot';
  /** Every request received through `baseUrl`, in order of arrival. */
  readonly requests: readonly RequestRecord[];
  /** All issues of the repository, open and closed, oldest first; not counted as requests. */
  issues(): Promise<readonly GitHubIssue[]>;
  /** Has another user, `mallory`, open an issue; returns its number. Not counted as a request. */
  openForeignIssue(issue: {
    readonly title: string;
    readonly body: string;
    readonly labels?: readonly string[];
  }): Promise<number>;
  stop(): Promise<void>;
}

const owner = 'acme';
const repo = 'fulfilment';
const token = 'ghp_sandbox_holdfast';
const foreignToken = 'ghp_sandbox_mallory';

/** Starts emulate's GitHub on 127.0.0.1 with one repository, and faults in front of it. */
export async function startGitHub(options: GitHubSandboxOptions = {}): Promise<GitHubSandbox> {
  const requests: RequestRecord[] = [];
  const countByRoute = new Map<string, number>();
  const emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: {
        [token]: { login: 'holdfast-bot', scopes: ['repo'] },
        [foreignToken]: { login: 'mallory', scopes: ['repo'] },
      },
      github: {
        users: [{ login: 'holdfast-bot' }, { login: 'mallory' }],
        orgs: [{ login: owner, name: 'Acme' }],
        repos: [{ owner, name: repo }],
      },
    },
  });
  const emulatorOrigin = `http://127.0.0.1:${new URL(emulator.url).port}`;
  /** Links in the answers (pages, html_url) lead back here, so that what follows is counted. */
  const throughTheFront = (answer: WireAnswer): WireAnswer => {
    const rewrite = (text: string) =>
      text.replaceAll(emulator.url, server.origin).replaceAll(emulatorOrigin, server.origin);
    const { link } = answer.headers;
    const headers = { ...answer.headers, ...(link ? { link: rewrite(String(link)) } : {}) };
    return { ...answer, headers, body: rewrite(answer.body) };
  };
  const server = await startLoopbackServer({
    port: options.port ?? 0,
    handle: async (exchange) => {
      const record = recordOf(exchange);
      requests.push(record);
      exchange.response.setHeader('x-github-request-id', `SANDBOX:${requests.length}`);
      const route = `${record.method} ${record.path}`;
      const nthForThisRoute = (countByRoute.get(route) ?? 0) + 1;
      countByRoute.set(route, nthForThisRoute);
      const { method, path } = record;
      const body = exchange.body.toString('utf8');
      const fault = options.faults?.({ method, path, nthForThisRoute, body }) ?? pass;
      record.fault = fault.kind;
      // emulate lets an unknown token read what is public; GitHub refuses it.
      const given = headerText(exchange, 'authorization')?.replace(/^(token|Bearer) /i, '');
      await deliver(exchange, record, fault, async () =>
        given === token || given === foreignToken
          ? throughTheFront(await relay(emulatorOrigin, exchange))
          : jsonAnswer(401, { message: 'Bad credentials', status: '401' }),
      );
    },
  });
  const issuesUrl = `${emulatorOrigin}/repos/${owner}/${repo}/issues`;

  return {
    baseUrl: server.origin,
    owner,
    repo,
    token,
    login: 'holdfast-bot',
    requests,
    async issues() {
      const found: GitHubIssue[] = [];
      for (let page = 1; ; page++) {
        const query = `state=all&per_page=100&page=${page}`;
        const answer = await fetch(`${issuesUrl}?${query}`, {
          headers: { authorization: `Bearer ${token}` },
        });
        const batch = z.array(issueSchema).parse(await answer.json());
        found.push(...batch);
        if (batch.length < 100) return found.sort((one, other) => one.number - other.number);
      }
    },
    async openForeignIssue(issue) {
      const answer = await fetch(issuesUrl, {
        method: 'POST',
        headers: { authorization: `Bearer ${foreignToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(issue),
      });
      return issueSchema.parse(await answer.json()).number;
    },
    stop: onceOnly(async () => {
      await server.stop();
      await emulator.close();
    }),
  };
}
