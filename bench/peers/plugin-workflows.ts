import { temporalProvider } from '@temporalio/ai-sdk/workflow';
import { generateText } from 'ai';

/** One call through the plugin, with its defaults and Temporal's default retry policy. */
export async function ask(prompt: string): Promise<string> {
  const { text } = await generateText({
    model: temporalProvider.languageModel('gpt-4o-mini'),
    prompt,
  });
  return text;
}
