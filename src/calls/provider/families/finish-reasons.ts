/**
 * What the end of an answer means. `stop`: whole. `length`: cut by the limit of tokens. `window`: cut
 * by the end of the context. `refused`: by a filter or the model. `broken`: the provider failed while
 * it answered. `tools`: the model wants tools called. `malformed`: no answer at all. `unsaid`: whether it
 * is whole the provider does not say.
 */
export type FinishKind =
  | 'stop'
  | 'length'
  | 'window'
  | 'refused'
  | 'broken'
  | 'tools'
  | 'malformed'
  | 'unsaid';

/** What a providers file may say of a finish reason that is in no table. */
export const declarableFinishes = ['stop', 'length', 'refused', 'broken'] as const;
export type DeclaredFinish = (typeof declarableFinishes)[number];

/** By the reason's own name, in lower case with underscores. */
export type FinishReasons = Readonly<Record<string, FinishKind>>;

/** Reasons that any server may give, whatever it speaks: proxies pass on those of others. */
const common: Readonly<Record<FinishKind, string>> = {
  stop: 'stop end_turn stop_sequence eos eos_token eot end complete completed finished finish done normal stop_token stop_word',
  length:
    'length max_tokens max_output_tokens max_new_tokens max_length max_tokens_exceeded token_limit length_limit',
  window:
    'model_length model_context_window_exceeded context_length context_length_exceeded context_window_exceeded error_limit',
  refused:
    'content_filter content_filtered sensitive refusal refused safety recitation blocklist prohibited_content spii image_safety moderation moderated guardrail_intervened error_toxic blocked',
  broken:
    'error network_error insufficient_system_resource abort aborted cancelled canceled timeout server_error failed interrupted engine_error internal_error',
  tools: 'tool_calls tool_call tool_use function_call',
  malformed:
    'malformed_function_call malformed_tool_call malformed_response unexpected_tool_call too_many_tool_calls',
  unsaid: 'unspecified',
};

/** The table of a family: the common reasons, and what it means by reasons of its own. */
export function finishReasons(own: FinishReasons = {}): FinishReasons {
  const entries = Object.entries(common).flatMap(([kind, names]) =>
    names.split(' ').map((name) => [name, kind as FinishKind] as const),
  );
  return { ...Object.fromEntries(entries), ...own };
}

/** `MAX_TOKENS`, `max-tokens` and `max_tokens` are one reason. */
export function finishName(reason: string): string {
  return reason
    .trim()
    .toLowerCase()
    .replaceAll(/[- ]/g, '_')
    .replace(/^finish_reason_/, '');
}
