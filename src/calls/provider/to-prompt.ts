import type {
  LanguageModelV4,
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import { AttemptError } from '../../failures/attempt-error.ts';
import type {
  FilePart,
  ImagePart,
  Message,
  MessagePart,
  ToolResultPart,
} from '../../wire/message.ts';
import { partsOf } from '../../wire/message.ts';

/**
 * Messages in the form of the AI SDK's providers.
 *
 * @throws AttemptError `InvalidRequest` for an address that the model does not fetch itself. Nobody
 *   fetches it instead: that would be a second request, and a way into the network of the worker.
 */
export async function toPrompt(
  messages: readonly Message[],
  model: Pick<LanguageModelV4, 'supportedUrls'>,
  by: string,
): Promise<LanguageModelV4Prompt> {
  const supportedUrls = await model.supportedUrls;
  for (const part of messages.flatMap(partsOf)) {
    if ((part.type !== 'image' && part.type !== 'file') || part.url === undefined) continue;
    const { url, mediaType = 'image/*' } = part;
    if (fetches(supportedUrls, mediaType, url)) continue;
    throw new AttemptError({
      type: 'InvalidRequest',
      by,
      reason: 'it fetches no file of this kind from such an address: give its data in base64',
      sent: false,
    });
  }
  return messages.map(toMessage);
}

/** @param supportedUrls by media type, of which the subtype or all of it may be `*`. */
function fetches(
  supportedUrls: Readonly<Record<string, readonly RegExp[]>>,
  mediaType: string,
  url: string,
): boolean {
  return Object.entries(supportedUrls).some(
    ([key, patterns]) =>
      mediaType.startsWith(key.replace(/\*.*$/, '')) &&
      patterns.some((pattern) => pattern.test(url)),
  );
}

function toMessage(message: Message): LanguageModelV4Message {
  const { role, content, providerOptions } = message;
  const forProviders = providerOptions && { providerOptions: { ...providerOptions } };
  if (role === 'system') return { role, content, ...forProviders };
  // Providers refuse text that is empty.
  const parts = partsOf(message)
    .filter((part) => part.type !== 'text' || part.text !== '' || content === '')
    .map(toPart);
  return { role, content: parts, ...forProviders } as LanguageModelV4Message;
}

function toPart({ providerOptions, ...part }: MessagePart) {
  return {
    ...converted(part),
    ...(providerOptions && { providerOptions: { ...providerOptions } }),
  };
}

function converted(part: MessagePart) {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return part;
    case 'image':
    case 'file':
      return toFile(part);
    case 'tool-call': {
      const { type, id, name, arguments: input } = part;
      return { type, toolCallId: id, toolName: name, input };
    }
    case 'tool-result':
      return toToolResult(part);
  }
}

function toFile(part: ImagePart | FilePart): LanguageModelV4FilePart {
  const name = part.type === 'file' ? part.name : undefined;
  return {
    type: 'file',
    mediaType: part.mediaType ?? 'image',
    data:
      part.url === undefined
        ? { type: 'data', data: part.data }
        : { type: 'url', url: new URL(part.url) },
    ...(name !== undefined && { filename: name }),
  };
}

function toToolResult({
  id,
  name,
  result,
  isError,
}: ToolResultPart): LanguageModelV4ToolResultPart {
  const output =
    typeof result === 'string'
      ? ({ type: isError ? 'error-text' : 'text', value: result } as const)
      : ({ type: isError ? 'error-json' : 'json', value: result as never } as const);
  return { type: 'tool-result', toolCallId: id, toolName: name, output };
}
