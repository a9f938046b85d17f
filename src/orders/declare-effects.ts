import type Stripe from 'stripe';
import type { OutsideEffect } from '../effects/effect.ts';
import { EffectError } from '../effects/effect-error.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import {
  createOpenTicket,
  type OpenTicketDependencies,
} from '../effects/targets/github/open-ticket.ts';
import {
  createPostWebhook,
  type PostWebhookDependencies,
} from '../effects/targets/http/post-webhook.ts';
import {
  createSendEmail,
  type SendEmailDependencies,
} from '../effects/targets/resend/send-email.ts';
import { createCharge } from '../effects/targets/stripe/charge.ts';
import { createRefund } from '../effects/targets/stripe/refund.ts';
import type { EffectName } from './effect-list.ts';
import type { ReviewLimits } from './review-order.ts';
import { createSaveOrder } from './save-order.ts';

/** What the effects are made from: connections and limits, as configured. */
export interface EffectResources {
  readonly ledger: Ledger;
  readonly limits: ReviewLimits;
  readonly stripe: Stripe;
  readonly github: OpenTicketDependencies;
  readonly email: SendEmailDependencies;
  readonly webhook: PostWebhookDependencies;
  /** Targets without a key, and the variable that would give it. */
  readonly notConfigured: Readonly<Record<string, string>>;
}

/**
 * Every effect, made under its name in `orders/effect-list.ts`. From here the activities are
 * registered, and the workflows get typed functions: a new effect is a line here.
 */
export function declareEffects(resources: EffectResources) {
  const { ledger, limits, stripe, github, email, webhook, notConfigured } = resources;
  const outside = <Input, Result>(effect: OutsideEffect<Input, Result>) => {
    const variable = notConfigured[effect.target];
    return variable === undefined ? effect : refusing(effect, variable);
  };
  return {
    save: createSaveOrder({ ledger, limits }),
    charge: outside(createCharge({ stripe })),
    ticket: outside(createOpenTicket(github)),
    refund: outside(createRefund({ stripe })),
    email: outside(createSendEmail(email)),
    webhook: outside(createPostWebhook(webhook)),
  } satisfies Record<EffectName, object>;
}

/** The effects by name, with their types; workflows know it by `import type`. */
export type DeclaredEffects = ReturnType<typeof declareEffects>;

/** A worker without a target's key serves everything else, and says so for what needs it. */
function refusing<Input, Result>(
  effect: OutsideEffect<Input, Result>,
  variable: string,
): OutsideEffect<Input, Result> {
  const refuse = async () => {
    throw new EffectError('nothing happened', {
      type: 'InvalidCredentials',
      by: effect.target,
      reason: `${variable} is not set for this worker`,
      sent: false,
    });
  };
  const { findMarked } = effect;
  return {
    ...effect,
    run: refuse,
    lookUp: refuse,
    // Nor is an effect done anew on a person's word alone where the target could be asked.
    ...(findMarked && { findMarked: { ...findMarked, list: refuse } }),
  };
}
