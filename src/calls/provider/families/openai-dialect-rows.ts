import type { ClassifierRow } from './classifier-row.ts';

/**
 * OpenRouter: a 402 is transient only where what runs right now fills the budget. A budget limit
 * comes as 403, with the name of the limit.
 */
export const openrouterBudgetRows: readonly ClassifierRow[] = [
  { type: 'RateLimited', status: [402, 429], codes: ['openrouter_in_flight_budget'] },
  {
    type: 'QuotaExhausted',
    status: [402, 403, 429],
    codes: [
      'openrouter_credits',
      'openrouter_key_limit',
      'openrouter_guardrail_budget',
      'openrouter_workspace_budget',
    ],
  },
];

/** Errors that only other servers send in OpenAI's format; no two of them mean something else. */
export const openaiDialectRows: readonly ClassifierRow[] = [
  { type: 'RequestTooLarge', status: [400], codes: ['string_too_long'] },

  // Mistral.
  { type: 'Overloaded', status: [429, 503], codes: ['service_tier_capacity_exceeded'] },
  {
    type: 'Overloaded',
    status: [429, 503],
    message: /service tier capacity exceeded/i,
    reason: 'service_tier_capacity_exceeded',
  },
  { type: 'RateLimited', status: [200, 429], codes: ['rate_limited'] },
  { type: 'ModelNotFound', status: [400, 404, 422], codes: ['invalid_model', 'unknown_model'] },

  // Groq: `json_validate_failed` is the model's broken output, which
  // Groq does not hand out: there is nothing to repair, but another attempt may do better.
  { type: 'Overloaded', codes: ['capacity_exceeded'] },
  { type: 'MalformedResponse', status: [200, 400, 422], codes: ['json_validate_failed'] },

  // Fireworks suspends accounts that are over their spending limit or late with a payment.
  {
    type: 'QuotaExhausted',
    status: [400, 403, 412],
    message: /account .*\bsuspended\b/i,
    reason: 'account suspended',
  },

  // Together and text-generation-inference, whose status varies; vLLM, which subtracts the prompt
  // from the window first.
  {
    type: 'ContextLengthExceeded',
    status: [400, 403, 413, 422],
    message:
      /inputs?`? tokens? \+ `?max_(new_)?tokens`? must be|max_tokens must be at least 1, got -/i,
    reason: 'context_length_exceeded',
  },

  // Moonshot: a 403 about money, and a window that it calls the model's token limit.
  { type: 'QuotaExhausted', codes: ['exceeded_current_quota_error'] },
  { type: 'Overloaded', codes: ['engine_overloaded_error'] },
  {
    type: 'ContextLengthExceeded',
    status: [400],
    message: /exceeded model token limit/i,
    reason: 'context_length_exceeded',
  },

  // Amazon Bedrock, whose code says of every mistake that the input is invalid.
  {
    type: 'ModelNotFound',
    status: [400],
    message: /model identifier is invalid/i,
    reason: 'model_not_found',
  },
  {
    type: 'InvalidCredentials',
    status: [400, 403],
    message: /security token included in the request is (invalid|expired)/i,
    reason: 'invalid token',
  },

  // LiteLLM's proxy.
  { type: 'QuotaExhausted', codes: ['budget_exceeded'] },
];
