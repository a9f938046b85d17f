import { answerCommand, whatToDoAbout } from '../wire/describe-park.ts';
import { type HeldStep, heldInWords } from '../wire/held.ts';
import { describeFailedModel } from '../wire/model-call.ts';
import type { Progress } from '../wire/progress.ts';
import { shellWord } from '../wire/shell-word.ts';

/** The text is made anew with each of a thousand parks. */
const mostParks = 20;

/** A workflow's state as Markdown, for the Temporal UI. Text from outside is escaped. */
export function describeProgress(progress: Progress, workflowId: string): string {
  const { usage } = progress;
  const lines = [
    `**${escapeMarkdown(progress.step)}**`,
    '',
    // First: the UI shows little of it without scrolling.
    ...(progress.held ?? []).flatMap(describeHeld),
    `- attempts ${progress.attempts}, repairs ${progress.repairs}`,
    `- tokens ${usage.inputTokens} in, ${usage.outputTokens} out`,
    ...(progress.model === undefined ? [] : [`- answered by ${escapeMarkdown(progress.model)}`]),
    ...(progress.failedModels ?? []).map(
      (failed) => `- no answer: ${escapeMarkdown(describeFailedModel(failed))}`,
    ),
    ...(progress.mended ?? []).map(
      ({ requestId, mended }) =>
        `- mended in ${escapeMarkdown(requestId)}: ${escapeMarkdown(mended.join(', '))}`,
    ),
    ...progress.effects.map(
      ({ name, replayed }) =>
        `- done: ${escapeMarkdown(name)}${replayed ? ' (had been done)' : ''}`,
    ),
  ];
  const { parked: parks = [], answers = [] } = progress;
  for (const parked of parks.slice(0, mostParks)) {
    lines.push(
      '',
      `**Waits for a person** since ${parked.since}: ${parked.type} at ${escapeMarkdown(parked.step)}`,
      '',
      ...(parked.until ? [`- until ${parked.until}, then it fails`] : []),
      ...parked.reasons.map((reason) => `- ${escapeMarkdown(reason)}`),
      '',
      whatToDoAbout(parked),
      '',
      `\`${answerCommand(workflowId, parked, parks)}\``,
    );
  }
  const more = parks.length - mostParks;
  if (more > 0) lines.push('', `And ${more} more: \`holdfast status ${shellWord(workflowId)}\``);
  if (answers.length > 0) lines.push('');
  for (const { at, type, step, did, by } of answers) {
    lines.push(
      `- ${at} ${type} at ${escapeMarkdown(step)}: ${escapeMarkdown(did)}${by === undefined ? '' : ` by ${escapeMarkdown(by)}`}`,
    );
  }
  return lines.join('\n');
}

/** The blank lines are needed: without them the UI runs the lines together. */
function describeHeld(held: HeldStep): string[] {
  const { step, sinceMs, untilMs } = held;
  const next = untilMs === undefined ? '' : `; next try about ${minuteOf(untilMs)}`;
  return [
    `**Held**, nothing is sent for ${escapeMarkdown(step)}: ${escapeMarkdown(heldInWords(held))}`,
    '',
    `Since ${minuteOf(sinceMs)}${next}`,
    '',
  ];
}

/** `2026-11-27 14:03 UTC` */
function minuteOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Text from outside as one line of inert Markdown: no markup, HTML, link or mention survives. */
function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>()#+\-.!|~:/]/g, '\\$&')
    .replace(/@/g, '@\u200b');
}
