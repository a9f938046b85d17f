import { z } from 'zod';
import { namePattern } from '../wire/identifiers.ts';
import { defaultTaskQueue } from '../wire/task-queues.ts';

const whole = (fallback: number) => z.coerce.number().int().min(1).default(fallback);
const key = (description: string) => z.string().min(1).optional().describe(description);
const endpoint = (description: string) =>
  z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(description);
const text = (description: string) => z.string().optional().describe(description);
const matching = (pattern: RegExp, description: string, must?: string) =>
  z.string().regex(pattern, must).optional().describe(description);
const flag = z.stringbool().default(false);

/** Every environment variable Holdfast reads, besides Temporal's own `TEMPORAL_*`. */
export const environment = z.object({
  HOLDFAST_TASK_QUEUE: z
    .string()
    .min(1)
    .max(200)
    .default(defaultTaskQueue)
    .describe('Task queue of the workflows; calls and effects use it with -calls and -effects.'),
  HOLDFAST_SCOPE: matching(
    namePattern,
    'First part of every idempotency key: keeps staging and production, or tenants, apart. Default: the Temporal namespace.',
  ),
  HOLDFAST_SCOPES: matching(
    /^[A-Za-z0-9._-]{1,40}(,[A-Za-z0-9._-]{1,40})*$/,
    'Several scopes, as prod,default: the first for new workflows, all served, so that a change of scope loses none that began under the old one. Instead of HOLDFAST_SCOPE.',
    'must be scopes joined by commas',
  ),
  HOLDFAST_MODEL: z
    .string()
    .default('openai:gpt-4o-mini')
    .describe('The model that is asked when a start names none.'),
  HOLDFAST_POLICIES: text(
    'A policies file (JSON) that overrides the catalogue; schemas/policies.schema.json describes it.',
  ),
  HOLDFAST_PROVIDERS: text(
    'A providers file (JSON list): further endpoints by name, of any family (failures.md lists them).',
  ),
  HOLDFAST_ENV_FILE: text(
    'A file of variables that are read where the environment has them not. Default: `.env` in the working directory; empty for none.',
  ),
  HOLDFAST_UI_URL: endpoint(
    'Address of the Temporal UI, for the links that `status` and `watch` show.',
  ),
  HOLDFAST_RATE_LIMITS: text(
    'A rate limits file (JSON): requests and tokens per minute that an account is known to have, by model or provider.',
  ),
  HOLDFAST_LEDGER: z
    .string()
    .regex(/^(?!postgres(ql)?(:|$))/i, 'is a file; PostgreSQL is named by DATABASE_URL')
    .default('.holdfast/ledger.db')
    .describe('The SQLite file of ledger and orders, where DATABASE_URL is not set.'),
  HOLDFAST_JOURNAL: text(
    'Folder of the journal of attempts, until they are in the database: on a disk that outlives the worker. Default: `journal` beside HOLDFAST_LEDGER.',
  ),
  HOLDFAST_JOURNAL_MAXIMUM_MB: whole(1024).describe(
    'What the journal may take there while the database is away; then attempts are left out, counted and told.',
  ),
  HOLDFAST_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe(
      'Once a day what is older is pruned, as by `holdfast effects prune`: settled effects, saved orders, attempts, doubts. Default: nothing is.',
    ),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL for ledger and orders.'),
  OPENAI_API_KEY: key('Key of the providers `openai` and `openai-responses`.'),
  OPENAI_BASE_URL: endpoint('Another endpoint for these two.'),
  ANTHROPIC_API_KEY: key('Key of the provider `anthropic`.'),
  ANTHROPIC_BASE_URL: endpoint(
    'Another endpoint for the provider `anthropic`; `/v1` may be left out.',
  ),
  GOOGLE_GENERATIVE_AI_API_KEY: key('Key of the provider `google`.'),
  GEMINI_API_KEY: key('Its other name, read where the first is not set.'),
  GOOGLE_BASE_URL: endpoint(
    'Another endpoint for the provider `google`; `/v1beta` may be left out.',
  ),
  OLLAMA_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:11434/v1')
    .describe('Endpoint of the provider `ollama`.'),
  STRIPE_SECRET_KEY: matching(
    /^(sk|rk)_(test|live)_/,
    'Key that charges are made with.',
    'must start with sk_test_, rk_test_, sk_live_ or rk_live_',
  ),
  STRIPE_ALLOW_LIVE: flag.describe('Set to true to accept a live key: real money moves.'),
  STRIPE_BASE_URL: endpoint('Another endpoint for Stripe, for example a sandbox.'),
  GITHUB_TOKEN: key('Token that tickets are opened with.'),
  GITHUB_REPOSITORY: matching(
    /^[\w.-]+\/[\w.-]+$/,
    'The repository of the tickets, as owner/name.',
    'must be owner/name',
  ),
  GITHUB_BASE_URL: endpoint('Another endpoint for GitHub.'),
  HOLDFAST_MARKER_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe(
      'Secret that signs the markers in tickets; keep it for as long as tickets are opened.',
    ),
  RESEND_API_KEY: key('Key that emails are sent with.'),
  RESEND_BASE_URL: endpoint('Another endpoint for Resend.'),
  HOLDFAST_EMAIL_FROM: z
    .string()
    .min(3)
    .optional()
    .describe('The sender of emails, of a domain that Resend has verified.'),
  HOLDFAST_WEBHOOK_URL: endpoint(
    'Where the effect `webhook` posts to: over https, unless it is this machine.',
  ),
  HOLDFAST_ALLOW_PRIVATE_TARGETS: flag.describe(
    'Set to true when a target of effects has a name that leads to a private address.',
  ),
  HOLDFAST_CONCURRENT_CALLS: whole(1000).describe('Model calls a worker runs at once.'),
  HOLDFAST_CONCURRENT_EFFECTS: whole(50).describe('Effects a worker runs at once.'),
  HOLDFAST_SHUTDOWN_GRACE_MS: whole(70_000).describe(
    'On SIGTERM, how long running attempts may finish: at least the longest request timeout.',
  ),
  HOLDFAST_METRICS_ADDRESS: matching(
    /^[^\s/]+:\d{1,5}$/,
    "Where the worker serves metrics for Prometheus (/metrics): Temporal's own, and the gates'.",
    'must be address:port, such as 127.0.0.1:9464',
  ),
  HOLDFAST_GATEWAY_ADDRESS: z
    .string()
    .regex(/^[^\s/]+:\d{1,5}$/, 'must be address:port, such as 127.0.0.1:8484')
    .default('127.0.0.1:8484')
    .describe('Where the gateway listens; beyond loopback only when keys were made for it.'),
  HOLDFAST_GATEWAY_HOSTS: matching(
    /^[^\s,/:]+(,[^\s,/:]+)*$/,
    'Names, joined by commas, that a gateway without keys answers to besides localhost: what a proxy in front of it sends as `Host`.',
    'must be host names joined by commas, without ports',
  ),
  HOLDFAST_GATEWAY_CLAIMS: z
    .stringbool()
    .default(true)
    .describe(
      'Whether a request that an SDK repeats takes over the one whose connection was lost, without a key.',
    ),
  HOLDFAST_GATEWAY_MAXIMUM_BODY_BYTES: whole(32 * 1024 * 1024).describe(
    'Largest request that the gateway takes.',
  ),
  HOLDFAST_GATEWAY_MAXIMUM_FILE_BYTES: whole(512 * 1024 * 1024).describe(
    'Largest file of requests that the gateway takes.',
  ),
  HOLDFAST_GATEWAY_MAXIMUM_REQUESTS: whole(2000).describe(
    'Requests in flight in one gateway; one more is told to come back.',
  ),
  HOLDFAST_GATEWAY_RETENTION_DAYS: whole(7).describe(
    'How long requests and answers are kept after their end.',
  ),
  HOLDFAST_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Structured logs on standard output, JSON lines.'),
});
