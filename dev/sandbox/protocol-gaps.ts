import { z } from 'zod';
import type { AssistantAnswer } from './model-request.ts';
import type { WireAnswer } from './wire-answer.ts';

const chatSchema = z.looseObject({
  choices: z.array(z.looseObject({ message: z.looseObject({}) })),
});
const responsesSchema = z.looseObject({
  output: z.array(z.looseObject({ content: z.array(z.looseObject({})).optional() })),
});
const incompleteReasons = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
} as const;

/**
 * Fills in what aimock leaves out of an answer: refusals (`message.refusal` in Chat Completions, a
 * part of type `refusal` in Responses), and why a response is incomplete.
 */
export function fillProtocolGaps(answer: WireAnswer, assistant: AssistantAnswer): WireAnswer {
  const { refusal, finishReason = 'stop' } = assistant;
  if (answer.status !== 200 || (refusal === undefined && finishReason === 'stop')) return answer;
  const body: unknown = JSON.parse(answer.body);
  const chat = chatSchema.safeParse(body);
  if (chat.success) {
    if (refusal === undefined) return answer;
    for (const choice of chat.data.choices) {
      choice.message = { ...choice.message, content: null, refusal };
    }
    return { ...answer, body: JSON.stringify(chat.data) };
  }
  const response = responsesSchema.parse(body);
  for (const item of refusal === undefined ? [] : response.output) {
    if (item.content) item.content = [{ type: 'refusal', refusal }];
  }
  const incomplete =
    finishReason === 'stop'
      ? {}
      : { status: 'incomplete', incomplete_details: { reason: incompleteReasons[finishReason] } };
  return { ...answer, body: JSON.stringify({ ...response, ...incomplete }) };
}
