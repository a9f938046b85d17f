import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Piscina } from 'piscina';
import type { AnswerShape } from './answer-shape.ts';
import { judgeText, type Outcome, type Unusable } from './judge-text.ts';
import { isTooMuch, nothingUsed, type Used, useMore } from './thread-limits.ts';
import { newClock, type Phase, readClock, type ShownShape, type Task } from './thread-task.ts';

/** The thread took too long or too much memory, and was ended at what it was at. */
export interface TooMuch {
  readonly kind: 'too much';
  /** `reading`: the answer's fault. Otherwise the shape's. */
  readonly at: Exclude<Phase, 'waiting' | 'loading'>;
}

/** How often the clocks of threads are read. */
const readEveryMs = 50;

/**
 * Judges an answer in another thread: all heartbeats of a worker beat on this one, and a hostile
 * pattern, schema or answer would stop them all. A shape that lives only in this thread's memory, or in
 * a file that no thread gets loaded, is judged here.
 */
export async function judgeAside(text: string, shape: AnswerShape): Promise<Outcome | TooMuch> {
  const shown = shownAs(shape);
  const outcome = shown && (await runAside({ text, shape: shown, clock: newClock() }));
  return outcome ?? judgeText(text, shape);
}

/** Why a shape cannot be checked; `undefined` when it can. */
export async function problemAside(shape: AnswerShape): Promise<Unusable | TooMuch | undefined> {
  if (shape.answer) return undefined;
  const key = JSON.stringify(shape.schema);
  if (usable.has(key)) return undefined;
  const problem = await runAside({ shape: { schema: shape.schema }, clock: newClock() });
  if (problem) return problem as Unusable | TooMuch;
  if (usable.size >= maximumUsable) usable.clear();
  usable.add(key);
  return undefined;
}

/** Schemas that were found to be usable: each call asks before it is sent. */
const usable = new Set<string>();
const maximumUsable = 1000;

function shownAs({ schema, answer, question }: AnswerShape): ShownShape | undefined {
  if (!answer) return { schema };
  return question && !unloadable.has(question.file) ? { schema, question } : undefined;
}

/** Files that took a thread too long to load: each answer would wait for as long. */
const unloadable = new Set<string>();

interface Running {
  readonly clock: SharedArrayBuffer;
  readonly abort: AbortController;
  used: Used;
}

const running = new Set<Running>();
let watch: NodeJS.Timeout | undefined;

async function runAside(task: Task): Promise<Outcome | TooMuch | undefined> {
  const one: Running = { clock: task.clock, abort: new AbortController(), used: nothingUsed };
  running.add(one);
  watch ??= setInterval(endSlow(), readEveryMs).unref();
  try {
    return await threads().run(task, { signal: one.abort.signal });
  } catch (error) {
    const phase = readClock(task.clock);
    const isOurs =
      one.abort.signal.aborted ||
      Reflect.get(error as object, 'code') === 'ERR_WORKER_OUT_OF_MEMORY';
    if (!isOurs || phase === 'waiting') throw error;
    if (phase !== 'loading') return { kind: 'too much', at: phase };
    if (task.shape.question) unloadable.add(task.shape.question.file);
    return undefined;
  } finally {
    running.delete(one);
    if (running.size === 0) {
      clearInterval(watch);
      watch = undefined;
    }
  }
}

function endSlow(): () => void {
  const now = () => {
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1000, wallMs: performance.now() };
  };
  let before = now();
  return () => {
    const at = now();
    const phases = [...running].map((one) => [one, readClock(one.clock)] as const);
    const passed = {
      cpuMs: at.cpuMs - before.cpuMs,
      wallMs: at.wallMs - before.wallMs,
      threads: phases.filter(([, phase]) => phase !== 'waiting').length,
    };
    before = at;
    for (const [one, phase] of phases) {
      one.used = useMore(one.used, phase, passed);
      if (isTooMuch(one.used)) one.abort.abort();
    }
  };
}

let pool: Piscina<Task, Outcome | undefined> | undefined;

/** The threads of this process. Idle ones keep no process alive. */
function threads(): Piscina<Task, Outcome | undefined> {
  if (pool) return pool;
  pool = new Piscina({
    filename: new URL(`./judge-thread${extname(import.meta.url)}`, import.meta.url).href,
    minThreads: 1,
    maxThreads: Math.min(4, Math.max(2, availableParallelism() - 1)),
    idleTimeout: 60_000,
    resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 4 },
  });
  // What a task ran into is told to its caller; a thread that dies idle is replaced.
  pool.on('error', () => {});
  return pool;
}
