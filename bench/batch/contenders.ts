import path from 'node:path';
import { startPostgres } from '../../dev/servers/index.ts';
import { pythonWith } from '../../dev/servers/python-packages.ts';
import { startDevServer } from '../../src/servers/dev-server.ts';
import { installPackage } from '../install-package.ts';
import type { Provider } from './provider-process.ts';
import { runHoldfast } from './run-holdfast.ts';
import { runProgram } from './run-program.ts';

/** One way to answer a file of lines. */
export interface Contender {
  readonly title: string;
  /** It is given one line of so many: a rate needs no more of a slow one. */
  readonly oneOf: number;
  /** How much of its rate Holdfast is to reach at least; absent: shown only. */
  readonly goal?: number;
  /** Answers so many lines. @returns lines a second, while lines are sent. */
  readonly run: (lines: number) => Promise<number>;
}

/** A contender, or why there is none. */
export type Found = Contender | { readonly title: string; readonly missing: string };

const node = process.execPath;
const here = (file: string) => path.join(import.meta.dirname, file);
const curator = 'bespokelabs-curator==0.1.31';

/** All that are compared, with what they need installed; Holdfast first. */
export async function findContenders(provider: Provider, atOnce: string): Promise<Found[]> {
  const { baseUrl } = provider;
  const why = await installPackage('bench/peers').then(
    () => undefined,
    (error: Error) => error.message.split('\n')[1] ?? 'npm failed',
  );
  const found = (contender: Contender, missing = why): Found =>
    missing === undefined ? contender : { title: contender.title, missing };
  const python = await pythonWith(curator);
  return [
    {
      ...{ title: 'Holdfast, SQLite', oneOf: 1 },
      run: async (lines) => (await runHoldfast({ lines, atOnce, provider })).perSecond,
    },
    {
      ...{ title: 'Holdfast, PostgreSQL', oneOf: 1 },
      run: (lines) =>
        withPostgres(async (databaseUrl) => {
          return (await runHoldfast({ lines, atOnce, provider, databaseUrl })).perSecond;
        }),
    },
    {
      ...{ title: 'a bare loop of generateText', oneOf: 1, goal: 0.7 },
      run: (lines) =>
        runProgram(provider, lines, (file) => [node, here('bare-loop.ts'), file, baseUrl, atOnce]),
    },
    found({
      ...{ title: 'DBOS 5.3.0, PostgreSQL, a step a line', oneOf: 1, goal: 2 },
      run: (lines) =>
        withPostgres((url) =>
          runProgram(provider, lines, (file) => [
            ...([node, here('../peers/dbos-lines.ts')] as const),
            ...[file, baseUrl, atOnce, url],
          ]),
        ),
    }),
    found({
      ...{ title: '@temporalio/ai-sdk 1.23.0, a workflow a line', oneOf: 10, goal: 10 },
      run: (lines) =>
        withTemporal((address) =>
          runProgram(provider, lines, (file) => [
            ...([node, here('../peers/plugin-lines.ts')] as const),
            ...[file, baseUrl, atOnce, address],
          ]),
        ),
    }),
    found(
      {
        ...{ title: `Curator ${curator.split('==')[1]}`, oneOf: 1 },
        run: (lines) =>
          runProgram(
            provider,
            lines,
            (file) => [
              'python' in python ? python.python : '',
              ...[here('curator_lines.py'), file, baseUrl, atOnce],
            ],
            { TELEMETRY_ENABLED: 'false', LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
          ),
      },
      'reason' in python ? python.reason : undefined,
    ),
  ];
}

/** A database that waits for the disk at each commit, as in production. */
async function withPostgres<T>(work: (url: string) => Promise<T>): Promise<T> {
  const server = await startPostgres({ isSynced: true });
  try {
    return await work(server.url);
  } finally {
    await server.stop();
  }
}

async function withTemporal<T>(work: (address: string) => Promise<T>): Promise<T> {
  const server = await startDevServer({ isHeadless: true });
  try {
    return await work(server.address);
  } finally {
    await server.stop('SIGKILL');
  }
}
