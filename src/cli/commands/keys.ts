import { targetUrlProblem } from '../../config/trust.ts';
import { type KeyLimits, keyLimitsSchema } from '../../gateway/keys/key-limits.ts';
import { type GatewayKey, type KeyStore, keyStore } from '../../gateway/store/key-store.ts';
import { withDatabase } from '../batch/with-batches.ts';
import { usageError } from '../command-error.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { tableText } from '../plain-table.ts';

/** What `keys add` is given. */
export interface AddKeyFlags extends JsonOption {
  readonly tenant: string;
  readonly budget?: string;
  readonly rpm?: string;
  readonly tpm?: string;
  readonly models?: string;
  readonly webhook?: string;
}

/** `holdfast keys add`: prints the key and the webhook's secret, which nothing can show again. */
export async function addKeyCommand(flags: AddKeyFlags): Promise<void> {
  const limits = limitsFrom(flags);
  if (!/^[\w.-]{1,64}$/.test(flags.tenant)) {
    throw usageError('--tenant must be 1 to 64 letters, digits, dots, dashes or underscores');
  }
  const { webhook } = flags;
  // A query is allowed: it is often a receiver's only secret.
  const problem =
    webhook === undefined ? undefined : targetUrlProblem(webhook, { allowQuery: true });
  if (problem !== undefined) throw usageError(`--webhook ${problem}`);
  const added = await withKeys((keys) => keys.add(flags.tenant, limits, webhook));
  if (flags.json) return printJson(added);
  print(added.key);
  if (added.webhookSecret !== undefined) print(added.webhookSecret);
}

/** `holdfast keys list` */
export async function listKeysCommand({ json }: JsonOption): Promise<void> {
  const keys = await withKeys((store) => store.list());
  if (json) return printJson(keys);
  if (keys.length === 0) return print('No keys: the gateway serves whoever reaches it.');
  const rows = keys.map((key) => [key.id, key.tenant, describe(key)]);
  print(tableText(rows, { head: ['key', 'tenant', 'may use'] }));
}

/** `holdfast keys revoke` */
export async function revokeKeyCommand(id: string, { json }: JsonOption): Promise<void> {
  const isRevoked = await withKeys((keys) => keys.revoke(id));
  if (!isRevoked)
    throw usageError(`there is no key ${id} in use; \`holdfast keys list\` shows all`);
  if (json) return printJson({ id, revoked: true });
  print(`${id} is refused from now on.`);
}

function withKeys<T>(work: (keys: KeyStore) => Promise<T>): Promise<T> {
  return withDatabase((opened) => work(keyStore(opened)));
}

function limitsFrom({ budget, rpm, tpm, models }: AddKeyFlags): KeyLimits {
  const [, amount, currency, per] =
    /^(\d+(?:\.\d+)?)([a-z]{3})\/(day|month)$/.exec(budget ?? '') ?? [];
  if (budget !== undefined && amount === undefined) {
    throw usageError(`--budget must be like 20usd/day or 500eur/month, not ${budget}`);
  }
  const parsed = keyLimitsSchema.safeParse({
    ...(amount !== undefined && { budget: { amount, currency, per } }),
    ...(rpm !== undefined && { requestsPerMinute: Number(rpm) }),
    ...(tpm !== undefined && { tokensPerMinute: Number(tpm) }),
    ...(models !== undefined && { models: models.split(',').map((model) => model.trim()) }),
  });
  if (parsed.success) return parsed.data;
  throw usageError('--rpm and --tpm must be whole numbers of at least 1');
}

function describe({ limits, webhookUrl, revokedAtMs }: GatewayKey): string {
  if (revokedAtMs !== null) return 'revoked';
  const { requestsPerMinute, tokensPerMinute, budget, models } = limits;
  const parts = [
    requestsPerMinute && `${requestsPerMinute} requests a minute`,
    tokensPerMinute && `${tokensPerMinute} tokens a minute`,
    budget && `${budget.amount} ${budget.currency} a ${budget.per}`,
    models && `models ${models.join(', ')}`,
  ].filter(Boolean);
  const uses = parts.length > 0 ? parts.join('; ') : 'everything';
  // The path may be a secret.
  return webhookUrl ? `${uses}; tells ${new URL(webhookUrl).host}` : uses;
}
