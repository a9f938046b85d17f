import type { Logger } from 'pino';
import { createEffectActivities } from '../activities/create-activities.ts';
import {
  createLedgerActivities,
  createSettleActivity,
} from '../activities/create-ledger-activities.ts';
import { createRulesActivity, type QueuesOf } from '../activities/create-rules-activity.ts';
import { type AppDefinition, listEffectsOf } from '../app/define-app.ts';
import { scopesFor } from '../config/scope.ts';
import type { Config } from '../config.ts';
import type { Effect } from '../effects/once/effect.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import type { EffectResources } from '../effects/targets/configured-targets.ts';
import { createOctokit } from '../effects/targets/github/github-client.ts';
import { listedWebhook } from '../effects/targets/http/signed-webhook.ts';
import { createStripe } from '../effects/targets/stripe/stripe-client.ts';
import type { EffectJournal } from '../journal/effect-journal.ts';

/** What the effects are made with, besides the configuration. */
export interface EffectDependencies {
  readonly namespace: string;
  readonly log: Logger;
  /** As configured (`ledgerFrom`); closed with the effects. */
  readonly ledger: Ledger;
  readonly journal?: EffectJournal;
  /** Default: queues beside the one of workflows. */
  readonly queuesOf?: QueuesOf;
}

/** Makes the application's effects, with the targets that are configured and the connection they keep. */
export function effectsFrom(
  config: Config,
  app: AppDefinition,
  { namespace, log, journal, ledger, queuesOf }: EffectDependencies,
) {
  const { STRIPE_SECRET_KEY, GITHUB_TOKEN, RESEND_API_KEY, HOLDFAST_WEBHOOK_URL } = config;
  const allowPrivate = config.HOLDFAST_ALLOW_PRIVATE_TARGETS;
  const resources: EffectResources = {
    ledger,
    allowPrivate,
    // Made when an application asks for them: only then must their packages be installed.
    get stripe() {
      return createStripe({
        secretKey: STRIPE_SECRET_KEY ?? 'sk_test_not_configured',
        baseUrl: config.STRIPE_BASE_URL,
        allowPrivate,
      });
    },
    get github(): EffectResources['github'] {
      return {
        octokit: createOctokit({
          token: GITHUB_TOKEN ?? 'not-configured',
          baseUrl: config.GITHUB_BASE_URL,
          allowPrivate,
        }),
        repository: config.GITHUB_REPOSITORY ?? '',
        markerSecret: config.HOLDFAST_MARKER_SECRET ?? '',
        onTwinClosed: (twin) => log.warn({ event: 'effect.twin-closed', ...twin }),
      };
    },
    email: {
      apiKey: RESEND_API_KEY ?? 'not-configured',
      from: config.HOLDFAST_EMAIL_FROM ?? '',
      baseUrl: config.RESEND_BASE_URL,
      allowPrivate,
    },
    webhook: { url: HOLDFAST_WEBHOOK_URL ?? 'https://not-configured.invalid', allowPrivate },
    notConfigured: {
      ...(!STRIPE_SECRET_KEY && { stripe: 'STRIPE_SECRET_KEY' }),
      ...(!GITHUB_TOKEN && { github: 'GITHUB_TOKEN' }),
      ...(!RESEND_API_KEY && { resend: 'RESEND_API_KEY' }),
      ...(!HOLDFAST_WEBHOOK_URL && { webhook: 'HOLDFAST_WEBHOOK_URL' }),
    },
  };
  const effects: Record<string, Effect<unknown, unknown>> = {};
  for (const [name, { make }] of Object.entries(app.effects ?? {})) {
    // Not spread: that would load the SDKs of targets that no effect uses.
    const own = { config: { value: config.ofEffects[name] } };
    effects[name] = make(name, Object.create(resources, own));
  }
  const { scope, otherScopes } = scopesFor(config, namespace);
  const shared = {
    ledger,
    scope,
    otherScopes,
    log,
    ...(journal && { journal }),
    random: Math.random,
  };
  return {
    activities: {
      ...createEffectActivities(effects, shared),
      ...createSettleActivity(effects, shared),
      ...createLedgerActivities(effects, {
        ...shared,
        effectList: [...listEffectsOf(app), listedWebhook],
      }),
    },
    /** For the worker of workflows: what rules a run. */
    rules: createRulesActivity({ app, scope, ledgerName: ledger.name, queuesOf }),
    close: () => ledger.close(),
  };
}
