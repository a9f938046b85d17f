import { printView } from '../output.ts';
import { printableJson } from '../printable.ts';
import { readableLine } from './readable-line.ts';

/** What `up` is running, once all of it serves. */
export interface Running {
  readonly address: string;
  readonly ui: string;
  readonly data: string;
  /** The user's file; without one, Holdfast's own worker. */
  readonly worker?: string;
  readonly workflows: readonly string[];
  /** Where existing clients reach the gateway, unless it was left out. */
  readonly gateway?: string;
}

/** Where what happens is told. */
export interface UpView {
  readonly serving: (running: Running) => void;
  /** A line of a process's log. */
  readonly line: (line: string, process: 'worker' | 'gateway') => void;
  readonly ending: () => void;
}

/** Readable lines at a terminal; otherwise JSON lines, each with an `event`, as workers write them. */
export function upView(json: boolean): UpView {
  return json ? jsonView : terminalView;
}

const terminalView: UpView = {
  serving: (running) => printView(servingText(running)),
  line(line, whose) {
    const text = readableLine(line, (process.stdout.columns ?? 80) - 1, whose);
    if (text !== undefined) printView(text);
  },
  ending: () => printView(endingText),
};

/** What people are told when they end it. */
export const endingText = '\nEnding: what runs finishes first. Ctrl-C again ends it now.';

/** What people are told once all of it serves. */
export function servingText({ address, ui, data, worker, workflows, gateway }: Running): string {
  const own = workflows.filter((name) => name !== 'complete');
  const start = own[0] === undefined ? 'complete "Say hello"' : `${own[0]} --input FILE`;
  return [
    '',
    `Temporal   ${address}, data in ${data}`,
    `its UI     ${ui}`,
    `worker     ${worker ?? "Holdfast's own"}, serves ${workflows.join(', ')}`,
    ...(gateway === undefined ? [] : [`gateway    ${gateway}/v1, as OPENAI_BASE_URL`]),
    '',
    'In another terminal, in this folder:',
    `  npx holdfast start ${start} --wait`,
    `  npx holdfast watch`,
    '',
    'Ctrl-C ends all of it; the data stays.',
    '',
  ].join('\n');
}

const jsonView: UpView = {
  serving(running) {
    printView(printableJson({ event: 'up.serving', ...running }));
  },
  line(line) {
    // What is no JSON, a stack trace, must not break the reader of the lines.
    if (line.startsWith('{')) printView(line);
    else process.stderr.write(`${line}\n`);
  },
  ending() {
    printView(printableJson({ event: 'up.ending' }));
  },
};
