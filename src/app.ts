/** What a project declares: `defineApp`, and the effects that Holdfast brings. */
export {
  type AppDefinition,
  defineApp,
  InvalidApp,
  type QuestionDefinition,
} from './app/define-app.ts';
export type { AppMigrations, EffectDefinition } from './app/effect-definition.ts';
export { type HttpOptions, httpEffect } from './app/http-effect.ts';
export {
  assertSameIdentity,
  type InTransactionOptions,
  inTransaction,
  type Sql,
} from './app/in-transaction.ts';
export {
  githubIssue,
  resendEmail,
  stripeCharge,
  stripeRefund,
  type TargetOptions,
  webhook,
} from './app/targets.ts';
export type { IssueDeclaration, Ticket } from './effects/targets/github/issue-declaration.ts';
export { codeSpan } from './effects/targets/github/issue-text.ts';
export type {
  Charge,
  ChargeInput,
  Refund,
  RefundInput,
} from './effects/targets/stripe/payments.ts';
export type { PolicyOverrides } from './policies/resolve-policies.ts';
export { fingerprintOf, workflowIdPattern } from './wire/identifiers.ts';
export { formatMoney, type Money } from './wire/money.ts';
