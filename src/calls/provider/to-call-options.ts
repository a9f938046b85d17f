import type { LanguageModelV4CallOptions, LanguageModelV4ToolChoice } from '@ai-sdk/provider';
import type { CallOptions, OfferedTool, ToolChoice } from '../../wire/call-options.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { ProviderOptions } from '../../wire/message.ts';
import { families } from './families/families.ts';
import type { RequestOptions } from './families/family.ts';
import type { ProviderFamily } from './provider-families.ts';
import { withoutMark } from './prune-schema.ts';

type Sent = Omit<LanguageModelV4CallOptions, 'prompt'>;

/** Settings, tools and tool choice in the form of the AI SDK's providers. */
export function toCallOptions({ settings = {}, tools, toolChoice }: CallOptions): Sent {
  const {
    reasoningEffort,
    stopSequences,
    maximumOutputTokens: _,
    providerOptions: __,
    ...numbers
  } = settings;
  return {
    ...numbers,
    ...(stopSequences && { stopSequences: [...stopSequences] }),
    ...(reasoningEffort && { reasoning: reasoningEffort }),
    ...(tools &&
      tools.length > 0 && { tools: tools.map(toTool), toolChoice: toChoice(toolChoice) }),
  };
}

function toTool({ name, description, parameters }: OfferedTool) {
  return {
    type: 'function' as const,
    name,
    ...(description !== undefined && { description }),
    inputSchema: withoutMark(parameters) as object,
  };
}

function toChoice(choice: ToolChoice = 'auto'): LanguageModelV4ToolChoice {
  return typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.tool };
}

/**
 * What is sent to a provider alone: what the request has under the name of the provider or of its
 * family, over what Holdfast sets itself.
 */
export function providerOptionsFor(
  { family, provider }: { readonly family: ProviderFamily; readonly provider: string },
  own: RequestOptions,
  given: ProviderOptions = {},
): Record<string, JsonObject> {
  const { optionsName, options: ownOptions } = families[family];
  const name = optionsName(provider);
  const options = { ...ownOptions(own), ...given[family], ...given[name], ...given[provider] };
  return Object.keys(options).length > 0 ? { [name]: options } : {};
}
