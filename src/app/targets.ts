import type { OutsideEffect } from '../effects/once/effect.ts';
import { ifConfigured } from '../effects/targets/configured-targets.ts';
import type { IssueDeclaration, Ticket } from '../effects/targets/github/issue-declaration.ts';
import { createOpenIssue } from '../effects/targets/github/open-issue.ts';
import { createPostWebhook } from '../effects/targets/http/post-webhook.ts';
import { createSendEmail } from '../effects/targets/resend/send-email.ts';
import { createCharge } from '../effects/targets/stripe/charge.ts';
import type { Charge, Refund } from '../effects/targets/stripe/payments.ts';
import { createRefund } from '../effects/targets/stripe/refund.ts';
import { formatMoney } from '../wire/money.ts';
import type { DefinitionOptions, EffectDefinition } from './effect-definition.ts';
import type { MakeResources } from './make-resources.ts';

/** What may differ from the usual for an effect on a target that Holdfast knows. */
export type TargetOptions = Omit<DefinitionOptions<never>, 'config' | 'did'>;

/** Charges a customer's saved payment method at Stripe. */
export function stripeCharge(options: TargetOptions = {}) {
  const usual = { does: 'charge the customer', policy: 'payment', retentionDays: 400 };
  const did = (charge: Charge) => `charged ${formatMoney(charge)} (${charge.chargeId})`;
  return onTarget(createCharge, did, { ...usual, ...options });
}

/** Gives a payment back at Stripe, in whole or in part. */
export function stripeRefund(options: TargetOptions = {}) {
  const usual = { does: 'give a payment back', policy: 'payment', retentionDays: 400 };
  const did = (refund: Refund) => `gave back ${formatMoney(refund)} (${refund.refundId})`;
  return onTarget(createRefund, did, { ...usual, ...options });
}

/** Opens an issue in the GitHub repository that the worker is configured for. */
export function githubIssue<Input>(issue: IssueDeclaration<Input>, options: TargetOptions = {}) {
  const usual = { does: 'open an issue', policy: 'ticket', retentionDays: 90 };
  const did = ({ ticketNumber, url }: Ticket) => `opened issue ${ticketNumber} (${url})`;
  return onTarget(({ github }) => createOpenIssue(github, issue), did, { ...usual, ...options });
}

/** Sends an email by Resend. */
export function resendEmail(options: TargetOptions = {}) {
  const usual = { does: 'send an email', policy: 'message', retentionDays: 90 };
  const did = ({ emailId }: { readonly emailId: string }) => `sent the email (${emailId})`;
  return onTarget(({ email }) => createSendEmail(email), did, { ...usual, ...options });
}

/** Posts to the webhook that the worker is configured for, at most once. */
export function webhook(options: TargetOptions = {}) {
  const usual = { does: 'post to the webhook', policy: 'message', retentionDays: 90 };
  const make = (resources: MakeResources) => createPostWebhook(resources.webhook);
  return onTarget(make, () => 'posted to the webhook', { ...usual, ...options });
}

function onTarget<Input, Result>(
  create: (resources: MakeResources) => OutsideEffect<Input, Result>,
  did: (result: Result) => string,
  options: Required<TargetOptions>,
): EffectDefinition<Input, Result> {
  return {
    ...options,
    make: (name, given) => {
      const resources = given as MakeResources;
      return { ...ifConfigured(create(resources), resources), name, did, isPatient: true };
    },
  };
}
