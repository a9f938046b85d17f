import { jsonAnswer, type WireAnswer } from './wire-answer.ts';

const stripeError = (
  status: number,
  type: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): WireAnswer => jsonAnswer(status, { error: { type, message, ...more } });

/** 401 for a key that is not ours, shown masked. */
export const invalidSecretKey = (key: string): WireAnswer =>
  stripeError(
    401,
    'invalid_request_error',
    `Invalid API Key provided: ${key.slice(0, 7)}****${key.slice(-4)}`,
  );

/** 400 for a parameter that does not pass validation. */
export const invalidParameter = (param: string, message: string, code: string): WireAnswer =>
  stripeError(400, 'invalid_request_error', message, { param, code });

/** 400: the key was first used with other parameters, or for another endpoint. */
export const keyReused = (key: string): WireAnswer =>
  stripeError(
    400,
    'idempotency_error',
    `Keys for idempotent requests can only be used with the parameters they were first used with: '${key}' was used with others.`,
  );

/** 409: the first request with this key is still being executed. */
export const keyInUse = (key: string): WireAnswer =>
  stripeError(
    409,
    'idempotency_error',
    `Another request with the idempotency key '${key}' is still in progress.`,
    { code: 'idempotency_key_in_use' },
  );

/** 402: the bank says no. The payment intent that was made for it comes along. */
export const cardDeclined = (paymentIntent: unknown, declineCode: string): WireAnswer =>
  stripeError(402, 'card_error', 'Your card was declined.', {
    code: 'card_declined',
    decline_code: declineCode,
    payment_intent: paymentIntent,
  });

/** 500 as Stripe sends it. */
export const apiError = (): WireAnswer =>
  stripeError(500, 'api_error', 'An error occurred. It has been logged, and we are looking at it.');
