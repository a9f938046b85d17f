import type { LanguageModelV4CallOptions, LanguageModelV4ToolChoice } from '@ai-sdk/provider';
import type { CallOptions, OfferedTool, ToolChoice } from '../../wire/call-options.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { ProviderOptions } from '../../wire/message.ts';
import type { ProviderFamily } from './provider-families.ts';

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
    inputSchema: parameters as object,
  };
}

function toChoice(choice: ToolChoice = 'auto'): LanguageModelV4ToolChoice {
  return typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.tool };
}

/** The name by which the AI SDK's provider of a family reads its settings. */
function sdkName(family: ProviderFamily, provider: string): string {
  if (family === 'openai-responses') return 'openai';
  if (family !== 'openai-compatible') return family;
  // Under this name alone, fields that the AI SDK does not know go into the body as they are.
  const [first = ''] = provider.split('.');
  return first.replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * What is sent to a provider alone: what the request has under the name of the provider or of its
 * family, over what Holdfast sets itself.
 */
export function providerOptionsFor(
  { family, provider }: { readonly family: ProviderFamily; readonly provider: string },
  strictJsonSchema: boolean,
  given: ProviderOptions = {},
): Record<string, JsonObject> {
  const name = sdkName(family, provider);
  const options = {
    ...ownOptions(family, strictJsonSchema),
    ...given[family],
    ...given[name],
    ...given[provider],
  };
  return Object.keys(options).length > 0 ? { [name]: options } : {};
}

function ownOptions(family: ProviderFamily, strictJsonSchema: boolean): JsonObject {
  switch (family) {
    case 'openai':
    case 'openai-compatible':
      return { strictJsonSchema };
    case 'openai-responses':
      // As with Chat Completions, the provider keeps no copy of the response.
      return { strictJsonSchema, store: false };
    case 'anthropic':
    case 'google':
      return {};
  }
}
