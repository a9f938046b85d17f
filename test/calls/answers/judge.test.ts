import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { shapesOf } from '../../../src/app/define-app.ts';
import type { AnswerShape } from '../../../src/calls/answers/answer-shape.ts';
import { judgeAside, problemAside } from '../../../src/calls/answers/judge.ts';
import type { JsonObject } from '../../../src/wire/json.ts';
import { app as appThatHangs } from './hanging-questions.ts';
import { app } from './questions-of-test.ts';

/** What an activity does: asks whether the schema can be checked, then judges the answer. */
async function judge(text: string, shape: AnswerShape): Promise<string> {
  const judged = (await problemAside(shape)) ?? (await judgeAside(text, shape));
  if (judged.kind === 'too much') return `too much at ${judged.at}`;
  return judged.kind === 'not JSON' ? judged.fingerprint : judged.kind;
}

const choice = (next: number) => ({ $ref: `#/$defs/d${next}` });
const doubling: JsonObject = {
  $ref: '#/$defs/d0',
  $defs: Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [
      `d${at}`,
      at === 39 ? { type: 'object', required: ['x'] } : { anyOf: [choice(at + 1), choice(at + 1)] },
    ]),
  ),
};
const circle: JsonObject = {
  $ref: '#/$defs/a',
  $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }, { type: 'string' }] } },
};
const questions = shapesOf(app);
const list = JSON.stringify(Array.from({ length: 100_000 }, (_, at) => at));
const words = `${'a'.repeat(40)}!`;

// biome-ignore format: a table is read by its columns
const hostile: readonly (readonly [what: string, text: string, shape: AnswerShape | undefined, ends: string])[] = [
  ['references in a circle', '1', { schema: circle }, 'unusable'],
  ['choices that double', '1', { schema: doubling }, 'too much at compiling'],
  ['100,000 elements that differ', list, { schema: { type: 'array', uniqueItems: true } }, 'too much at checking'],
  ['12,000 levels', `${'['.repeat(12_000)}${']'.repeat(12_000)}`, { schema: {} }, 'not JSON: nested too deep'],
  ['2 MB that are cut', `["${'x'.repeat(1_900_000)}`, { schema: {} }, 'not JSON: unclosed string'],
  ['a pattern that tries again and again', JSON.stringify(words), { schema: { type: 'string', pattern: '^(\\w+\\s?)+$' } }, 'invalid'],
  ['such a pattern of a question', JSON.stringify({ text: words }), questions.hostile, 'too much at checking'],
];

test('what is hostile ends with a name, and holds neither this thread nor 500 other answers', async (t) => {
  const busy = longestTurn();
  // Its turns would keep the process alive where the test fails.
  t.after(busy);
  const good: AnswerShape = { schema: { type: 'object', properties: { id: { type: 'integer' } } } };
  const others = Array.from({ length: 500 }, (_, id) => judge(JSON.stringify({ id }), good));
  const ends = hostile.map(([, text, shape]) => judge(text, shape ?? { schema: {} }));
  assert.deepEqual(
    await Promise.all(ends),
    hostile.map(([, , , end]) => end),
  );
  assert.deepEqual([...new Set(await Promise.all(others))], ['valid']);
  // The only time that a test asserts: it is what is asked for. CPU, so that other programs do not count.
  const longestMs = busy();
  assert.ok(longestMs < 50, `${longestMs} ms`);
});

test('an answer whose thread the machine did not let run is no answer that takes too long', async () => {
  const many = JSON.stringify(Array.from({ length: 20_000 }, (_, at) => at));
  const judged = judge(many, { schema: { type: 'array', uniqueItems: true } });
  // Stands still for longer than a thread may work, as soon as it works.
  const still = `sleep 0.1; kill -STOP ${process.pid}; sleep 1.5; kill -CONT ${process.pid}`;
  await promisify(execFile)('sh', ['-c', still]);
  assert.equal(await judged, 'valid');
});

test("a question's own rules run in another thread", async () => {
  assert.ok(questions.aside);
  assert.equal(await judge('{"id": 1}', questions.aside), 'valid');
});

test('a question that lives in memory only is judged here', async () => {
  const answer = z.object({ id: z.int().refine((id) => id !== 5) });
  assert.equal(await judge('{"id": 5}', { schema: {}, answer }), 'invalid');
});

test('a question that its file has not any more is judged as the worker has it', async () => {
  const { question } = questions.aside ?? {};
  assert.ok(question);
  const answer = z.object({ id: z.string() });
  assert.equal(await judge('{"id": "x"}', { schema: { other: true }, answer, question }), 'valid');
});

test('a file that no thread gets loaded holds up no judgement', async () => {
  const [hanging] = Object.values(shapesOf(appThatHangs));
  assert.ok(hanging?.question);
  assert.equal(await judge('{"id": "x"}', hanging), 'valid');
  assert.equal(await judge('{"id": 1}', hanging), 'invalid');
});

/** The most CPU time that one turn of this thread's event loop takes, in milliseconds. */
function longestTurn(): () => number {
  const used = () => process.threadCpuUsage().user + process.threadCpuUsage().system;
  let longest = 0;
  let before = used();
  let next: NodeJS.Immediate | undefined;
  const turn = () => {
    const now = used();
    longest = Math.max(longest, now - before);
    before = now;
    next = setImmediate(turn);
  };
  turn();
  return () => {
    clearImmediate(next);
    return longest / 1000;
  };
}
