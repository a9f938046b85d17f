import type { z } from 'zod';
import { type AnswerShape, schemaFromZod } from './answer-shape.ts';
import { judgeText, type Outcome, problemOf } from './judge-text.ts';
import { type ShownShape, type Task, tellClock } from './thread-task.ts';

/**
 * The work of a thread: judges a text, or only looks whether the shape can be checked. `undefined`
 * when the question is not in its file as the worker has it.
 */
export default async function work({ text, shape, clock }: Task): Promise<Outcome | undefined> {
  const tell = tellClock(clock);
  tell('loading');
  const known = await shapeHere(shape);
  if (!known) return undefined;
  tell('compiling');
  const problem = problemOf(known);
  if (problem || text === undefined) return problem;
  return judgeText(text, known, tell);
}

async function shapeHere({ schema, question }: ShownShape): Promise<AnswerShape | undefined> {
  if (!question) return { schema };
  const key = JSON.stringify([question, schema]);
  const answer = answers.get(key) ?? (await answerIn(question.file, question.name, schema));
  answers.set(key, answer);
  return answer && { schema, answer };
}

const answers = new Map<string, z.ZodType | undefined>();

/** The zod schema of a question that an application in this file declares. */
async function answerIn(
  file: string,
  name: string,
  schema: object,
): Promise<z.ZodType | undefined> {
  const exported: Record<string, unknown> = await import(file).catch(() => ({}));
  const found = Object.values(exported).flatMap((app) => {
    const questions = (app as { questions?: Record<string, { answer?: z.ZodType }> })?.questions;
    const answer =
      questions && Object.hasOwn(questions, name) ? questions[name]?.answer : undefined;
    return answer ? [answer] : [];
  });
  // One of another application, or of another version of the file, would judge by other rules.
  const same = JSON.stringify(schema);
  return found.find((answer) => JSON.stringify(schemaFromZod(answer)) === same);
}
