import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startWorker as startWorkerProcess } from '../../dev/demo/worker-process.ts';
import { startToxiproxy, type Toxiproxy } from '../../dev/servers/index.ts';
import type { DatabaseLocation } from '../../src/database/open-database.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import { awaitEnd } from './await-end.ts';
import { type Breakpoints, startBreakpoints } from './breakpoints.ts';
import {
  type Cell,
  cellId,
  endings,
  type Point,
  points,
  type Store,
  type Strike,
} from './cells.ts';
import { inputFor } from './effect-inputs.ts';
import type { Outcome } from './expected.ts';
import { ledgerSays } from './ledger-says.ts';
import type { OneEffectInput } from './one-effect.ts';
import type { Stage } from './stage.ts';
import { leaseMs, strike as strikes } from './strike.ts';
import { type Count, countRows, startTargets, type Targets } from './targets.ts';
import {
  cellsQueue,
  realQueue,
  saveAt,
  scope,
  settingsVariable,
  type WorkerSettings,
} from './worker-settings.ts';

/** A cell with what came of it. */
export interface CellResult extends Cell {
  readonly outcome: Outcome;
}

const program = fileURLToPath(new URL('crash-worker.ts', import.meta.url));
const reachTimeoutMs = 30_000;
const endTimeoutMs = 90_000;

/** Impatient, so that a group takes seconds; the number of attempts never decides. */
const policy = resolvePolicies({
  payment: {
    initialIntervalMs: 200,
    backoffCoefficient: 1.5,
    maximumIntervalMs: 2000,
    maximumAttempts: 100,
    elapsedBudgetMs: 5 * 60_000,
    requestTimeoutMs: 5000,
    heartbeatTimeoutMs: 2000,
    // What is unknown parks, and nobody answers.
    parkDeadlineMs: 500,
  },
}).payment;

/** Some strikes are over after one attempt; there is nobody who answers a park. */
function policyUnder(strike: Strike): typeof policy {
  const once = { ...policy, maximumAttempts: 1, elapsedBudgetMs: 0 };
  if (strike === 'attempts used up') return { ...once, onFailure: 'fail' };
  return strike === 'deadline over' ? once : policy;
}

/** At these the attempt's request timeout runs: they are started last. */
const atTheTarget: readonly Point[] = ['after the request was sent', 'after the target did it'];

/** A worker with its ledger and its targets, on which groups of cells are struck one after the other. */
export interface Ground {
  readonly stage: Stage;
  readonly breakpoints: Breakpoints;
  readonly targets: Targets;
  readonly toxiproxy: Toxiproxy | undefined;
  readonly settings: WorkerSettings;
  readonly logFile: string;
  /** The worker that was started last. */
  readonly worker: () => ServerProcess;
  readonly startWorker: () => Promise<ServerProcess>;
}

/**
 * Starts a worker of a store.
 *
 * @param strike what will happen: targets and connections are made for it.
 */
export async function startGround(
  cleanups: AsyncDisposableStack,
  stage: Stage,
  store: Store,
  strike: Strike,
): Promise<Ground> {
  const breakpoints = await startBreakpoints();
  cleanups.defer(() => breakpoints.stop());
  const targets = await startTargets(cleanups, breakpoints, strike);
  let toxiproxy: Toxiproxy | undefined;
  if (strike === 'connection cut') {
    toxiproxy = await startToxiproxy();
    cleanups.defer(() => toxiproxy?.stop());
  }
  const folder = path.join(stage.folder, `${store}-${strike}`.replaceAll(' ', '-'));
  await mkdir(folder);
  const settings = await settingsFor(
    { stage, store, folder, targets, toxiproxy },
    breakpoints.origin,
  );
  const logFile = path.join(folder, 'worker.log');
  const env = { ...stage.env, [settingsVariable]: JSON.stringify(settings) };
  let worker: ServerProcess;
  const startWorker = async (): Promise<ServerProcess> => {
    worker = await startWorkerProcess({ env, cwd: folder, logFile, program }, (process) => {
      cleanups.defer(() => process.stop('SIGKILL'));
    });
    return worker;
  };
  await startWorker();
  return {
    ...{ stage, breakpoints, targets, toxiproxy, settings, logFile },
    ...{ worker: () => worker, startWorker },
  };
}

/** Runs the cells on a ground of their own: see {@link runCells}. */
export async function runGroup(
  stage: Stage,
  store: Store,
  strike: Strike,
  cells: readonly Cell[],
): Promise<CellResult[]> {
  await using cleanups = new AsyncDisposableStack();
  return await runCells(await startGround(cleanups, stage, store, strike), strike, cells);
}

/**
 * Starts a workflow for each cell, waits until every one stands at its point, strikes once, and
 * counts at the targets when all have ended.
 */
export async function runCells(
  ground: Ground,
  strike: Strike,
  cells: readonly Cell[],
): Promise<CellResult[]> {
  const { stage, breakpoints, targets, toxiproxy, settings, logFile, startWorker } = ground;
  const worker = ground.worker();

  const standing = async (some: readonly Cell[]) => {
    for (const cell of some) breakpoints.arm(cellId(cell), cell.point);
    await Promise.all(some.map((cell) => startCell(stage, cell)));
    if (strike === 'Stripe stores a 500') return;
    await breakpoints.whenReached(some.map(cellId), reachTimeoutMs);
  };
  await standing(cells.filter(({ point }) => !atTheTarget.includes(point)));
  await standing(cells.filter(({ point }) => atTheTarget.includes(point)));

  const takenOver = () => new Promise<void>((resolve) => setTimeout(resolve, leaseMs));
  const { release } = breakpoints;
  const ids = cells.map(cellId);
  await strikes[strike]({ stage, worker, startWorker, toxiproxy, release, takenOver, ids });

  const isKilled = strike === 'worker killed' || endings.includes(strike);
  if (!isKilled && worker.hasExited()) {
    throw new Error(`the worker died of itself:\n${worker.tail()}`);
  }
  const twins = () =>
    readFileSync(logFile, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"effect.twin-closed"'));
  return await Promise.all(
    cells.map(async (cell) => {
      const end = await awaitEnd(stage.client, cellId(cell), endTimeoutMs);
      const { effects, closed } = await count(cell, settings, targets);
      const isReported = twins().some((line) => line.includes(`/${cellId(cell)}:`));
      const twin = closed === 0 ? '' : `, twin closed${isReported ? '' : ' in silence'}`;
      if (endings.includes(strike) && end !== 'LOST') {
        const said = await ledgerSays(cell, settings);
        return { ...cell, outcome: `${said}, ${effects}${twin}` };
      }
      const state = end === 'completed' ? '' : `${end === 'EffectUnknown' ? 'unknown' : end}, `;
      return { ...cell, outcome: `${state}${effects}${twin}` };
    }),
  );
}

async function startCell(stage: Stage, cell: Cell): Promise<void> {
  const { effect, point } = cell;
  const id = cellId(cell);
  const input: OneEffectInput = {
    activity: effect === 'save' ? saveAt(point) : effect,
    input: inputFor(effect, id),
    policy: policyUnder(cell.strike),
    scope,
    effectsOf: realQueue,
  };
  await stage.client.workflow.start('oneEffect', {
    workflowId: id,
    taskQueue: cellsQueue,
    args: [input],
    workflowTaskTimeout: '3s',
  });
}

async function count(cell: Cell, settings: WorkerSettings, targets: Targets): Promise<Count> {
  const id = cellId(cell);
  switch (cell.effect) {
    case 'save':
      return countRows(id, settings.saves[cell.point] ?? settings.ledger);
    case 'charge':
      return targets.charges(id);
    case 'ticket':
      return targets.tickets(id);
    case 'email':
      return targets.emails(id);
    case 'webhook':
      return targets.webhooks(id);
  }
}

async function settingsFor(
  group: {
    readonly stage: Stage;
    readonly store: Store;
    readonly folder: string;
    readonly targets: Targets;
    readonly toxiproxy: Toxiproxy | undefined;
  },
  breakpoints: string,
): Promise<WorkerSettings> {
  const { stage, store, folder, targets, toxiproxy } = group;
  const through = async (name: string, url: string) => {
    if (!toxiproxy) return url;
    const proxied = new URL(url);
    proxied.port = String(await toxiproxy.proxy(name, Number(proxied.port)));
    return proxied.href.replace(/\/$/, '');
  };
  const inFile = (name: string): DatabaseLocation => ({
    sqliteFile: path.join(folder, `${name}.db`),
  });
  const inPostgres = { databaseUrl: stage.postgres.url };
  const savesInPostgres = { databaseUrl: await through('postgres', stage.postgres.url) };
  const { address, namespace } = stage.temporal();
  return {
    temporal: { address, namespace },
    breakpoints,
    ledger: store === 'SQLite' ? inFile('ledger') : inPostgres,
    saves: Object.fromEntries(
      points.map((point) => [
        point,
        store === 'SQLite' ? inFile(`save ${point}`) : savesInPostgres,
      ]),
    ),
    stripe: {
      secretKey: targets.stripe.secretKey,
      baseUrl: await through('stripe', targets.stripe.origin),
    },
    github: {
      token: targets.github.token,
      repository: `${targets.github.owner}/${targets.github.repo}`,
      baseUrl: await through('github', targets.github.baseUrl),
    },
    resend: {
      apiKey: targets.resend.apiKey,
      from: 'Acme <orders@acme.example>',
      baseUrl: await through('resend', targets.resend.baseUrl),
    },
    webhook: { url: await through('webhook', targets.webhook.origin) },
    bundle: stage.bundle,
  };
}
