import type { JsonObject } from './json.ts';
import type { ProviderOptions } from './message.ts';
import { present } from './present.ts';

/** How hard a model thinks before it answers. */
export const reasoningEfforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;

/** How a model answers; what is not set is as the provider has it. */
export interface CallSettings {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly stopSequences?: readonly string[];
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** Instead of the policy's. */
  readonly maximumOutputTokens?: number;
  readonly reasoningEffort?: (typeof reasoningEfforts)[number];
  readonly providerOptions?: ProviderOptions;
}

/** A tool that the model may wish to be used. Whoever asked uses it: a call only carries the wish. */
export interface OfferedTool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of its arguments. */
  readonly parameters: JsonObject;
}

/** Whether the model may, must not, or must use a tool, and which. Default: `auto`. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly tool: string };

/** What a request carries besides model, messages and shape. */
export interface CallOptions {
  readonly settings?: CallSettings;
  readonly tools?: readonly OfferedTool[];
  readonly toolChoice?: ToolChoice;
  /** An empty text is an answer too; otherwise the model has said nothing, and is asked again. */
  readonly allowEmpty?: boolean;
}

/** Only what a request carries of {@link CallOptions}: absent ones are no fields. */
export function callOptionsOf(options: CallOptions): CallOptions {
  const { settings, tools, toolChoice, allowEmpty } = options;
  return present({ settings, tools, toolChoice, allowEmpty: allowEmpty || undefined });
}

/** The policy of a call that says itself how long its answer may be. */
export function withOwnLimit<Policy extends { readonly maximumOutputTokens: number }>(
  policy: Policy,
  { maximumOutputTokens = policy.maximumOutputTokens }: CallSettings = {},
): Policy {
  return { ...policy, maximumOutputTokens };
}
