import type Stripe from 'stripe';
import type { OutsideEffect } from '../once/effect.ts';
import { EffectError } from '../once/effect-error.ts';
import type { Ledger } from '../once/ledger.ts';
import type { OpenIssueDependencies } from './github/open-issue.ts';
import type { PostWebhookDependencies } from './http/post-webhook.ts';
import type { SendEmailDependencies } from './resend/send-email.ts';

/** What effects may be made from: ledger and connections to targets, as configured. */
export interface EffectResources {
  readonly ledger: Ledger;
  readonly stripe: Stripe;
  readonly github: OpenIssueDependencies;
  readonly email: SendEmailDependencies;
  readonly webhook: PostWebhookDependencies;
  /** Whether names of targets may lead to private addresses. */
  readonly allowPrivate: boolean;
  /** Targets without a key, and the variable that would give it. */
  readonly notConfigured: Readonly<Record<string, string>>;
}

/** The effect; where its target is not configured, one that refuses and names the variable. */
export function ifConfigured<Input, Result>(
  effect: OutsideEffect<Input, Result>,
  { notConfigured }: Pick<EffectResources, 'notConfigured'>,
): OutsideEffect<Input, Result> {
  const variable = notConfigured[effect.target];
  if (variable === undefined) return effect;
  const refuse = async () => {
    throw new EffectError('nothing happened', {
      type: 'InvalidCredentials',
      by: effect.target,
      reason: `${variable} is not set for this worker`,
      sent: false,
    });
  };
  async function* refuseList() {
    yield await refuse();
  }
  const { findMarked } = effect;
  return {
    ...effect,
    run: refuse,
    lookUp: refuse,
    // Nor is an effect done anew on a person's word alone where the target could be asked.
    ...(findMarked && { findMarked: { ...findMarked, list: refuseList } }),
  };
}
