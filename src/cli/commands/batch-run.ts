import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { BadBatchFile } from '../../batch/input/read-lines.ts';
import { type ReadOptions, readRequests } from '../../batch/input/read-requests.ts';
import { resultFiles, writeResults } from '../../batch/output/write-results.ts';
import { OvertakenReading } from '../../batch/store/batch-passes.ts';
import { type BatchStore, countsOf } from '../../batch/store/batch-store.ts';
import type { StoredBatch } from '../../batch/store/batch-tables.ts';
import { problemAside } from '../../calls/answers/judge.ts';
import { pauseBatch, runBatch } from '../../client/batch.ts';
import { describeWorkflow, waitsFor } from '../../client/describe-workflow.ts';
import { resume } from '../../client/resume.ts';
import type { Config } from '../../config.ts';
import { didYouMean } from '../../policies/did-you-mean.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type BatchRunFlags, limitsFrom, pricedFor } from '../batch/batch-flags.ts';
import { describeForecast, forecastBatch } from '../batch/dry-run.ts';
import { serveBatch } from '../batch/embedded.ts';
import { followBatch } from '../batch/follow-batch.ts';
import { accountOf, costInWords, progressView } from '../batch/progress-view.ts';
import { batchIdFor, withBatches } from '../batch/with-batches.ts';
import { CommandError, usageError } from '../command-error.ts';
import { connectTelling } from '../connect-telling.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatCount } from '../format.ts';
import { untilInterrupted } from '../interruption.ts';
import { loadPolicies } from '../load-policies.ts';
import { notice, print, printJson, printView } from '../output.ts';
import { printableJson } from '../printable.ts';
import { readInput, readJsonInput } from '../read-input.ts';

/** `holdfast batch run INPUT --out DIR`: until all lines have ended, or it is interrupted. */
export async function batchRunCommand(input: string, flags: BatchRunFlags): Promise<void> {
  const limits = limitsFrom(flags);
  await withBatches(async (store, config) => {
    const policies = await loadPolicies(flags, config.HOLDFAST_POLICIES);
    const id = batchIdFor(flags.out);
    const options = await readOptions(config, flags);
    if (flags.dryRun) {
      const forecast = await telling(input, () =>
        forecastBatch(input, options, policies.model, config),
      );
      return flags.json ? printJson(forecast) : print(describeForecast(forecast));
    }
    makeResultFolder(flags.out, ((await store.read(id))?.pass ?? 0) > 0);
    const assertPriced = pricedFor(flags, policies.model.prices);
    const batch = await storeInput(store, options, { id, input, flags, assertPriced });
    if (flags.retryFailed) await store.reopenFailed(id);
    const [open] = await store.openRanges(id, 1, 1);
    const isSubmitted = await store.isSubmitted(id);
    const ended = open || isSubmitted ? await run() : batch;
    if (!ended) return;
    await writingTo(flags.out, () => writeResults(store, ended, flags.out));
    await report(store, ended, flags);

    async function run(): Promise<StoredBatch | undefined> {
      const view = progressView(flags.json === true);
      return untilInterrupted(async (signal) => {
        const served = await serveBatch(view.say);
        try {
          const { client } = await connectTelling(flags);
          const before = await describeWorkflow(client, id).catch(() => undefined);
          // What was submitted before is waited for, whatever is asked for now: it is paid for.
          const submitted = { submits: false, thenLive: true, pollMs: 60_000 };
          const rules = {
            ...(isSubmitted && { viaBatchApi: submitted }),
            ...{ ...limits, policy: policies.model },
          };
          await runBatch(client, { id, tenant: batch.tenant }, rules, config.HOLDFAST_TASK_QUEUE);
          if (before && waitsFor(before) !== undefined) await resume(client, id);
          // Paused, and run again: that is to go on with it.
          if (before?.status.name === 'RUNNING') await pauseBatch(client, id, false);
          const follow = { client, store, id, folder: flags.out, view, signal };
          const end = await Promise.race([
            writingTo(flags.out, () => followBatch(follow)),
            served.broken,
          ]);
          if (!end) notice('What is under way ends; the same command goes on.', flags);
          return end;
        } finally {
          await served.stop();
        }
      });
    }
  });
}

interface Input {
  readonly id: string;
  readonly input: string;
  readonly flags: BatchRunFlags;
  readonly assertPriced: (model: string) => void;
}

/** Checks the whole file, and stores what is new of it. */
async function storeInput(
  store: BatchStore,
  { providers, ...rest }: ReadOptions,
  { id, input, flags, assertPriced }: Input,
): Promise<StoredBatch> {
  const settings: Record<string, unknown> = JSON.parse(JSON.stringify(rest));
  const known = await store.open(id, {
    tenant: flags.tenant ?? '',
    settings: JSON.stringify(settings),
  });
  const before: Record<string, unknown> = JSON.parse(known.settings);
  const other = ['model', 'prompt', 'schema'].find(
    (name) => JSON.stringify(settings[name]) !== JSON.stringify(before[name]),
  );
  if (other !== undefined) {
    throw new CommandError(
      'otherInput',
      `${flags.out} holds a batch with another --${other}; use another --out`,
    );
  }
  const pass = await store.beginPass(id);
  try {
    await telling(input, () =>
      readRequests(input, { providers, ...rest }, (lines) => {
        for (const { model } of lines) assertPriced(model);
        return store.addLines(id, pass, lines);
      }),
    );
  } catch (error) {
    await store.dropPass(id, pass);
    throw error;
  }
  return telling(input, () => store.endPass(id, pass));
}

/** What is wrong with the file, as a command says it. */
async function telling<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BadBatchFile) throw usageError(`${file}: ${error.message}`);
    if (error instanceof OvertakenReading) {
      throw new CommandError('otherInput', `${error.message}, and goes on with it`);
    }
    const { code, path: at } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw usageError(`there is no file ${file}`, { cause: error });
    if (code !== 'EISDIR' && !(code === 'EACCES' && at === file)) throw error;
    throw usageError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function readOptions(config: Config, flags: BatchRunFlags): Promise<ReadOptions> {
  const { providers } = config;
  const { model, promptFile } = flags;
  const [named = '', ...rest] = model?.split(':') ?? [];
  const names = providers.map(({ name }) => name);
  // Names of models have colons too (`ft:gpt-4o:us::1`, `llama3:8b`): only a slip of one letter is told.
  const guess = rest.length > 0 && !names.includes(named) && didYouMean(named, names, 1);
  if (guess) throw usageError(`there is no provider ${named} for the model ${model}${guess}`);
  const prompt =
    promptFile === undefined ? flags.prompt : await readInput(promptFile, 'the prompt');
  if (prompt === undefined) {
    if (flags.schema === undefined) return { providers, model };
    throw usageError("--schema goes with --prompt; in OpenAI's format each body has its own");
  }
  const schema =
    flags.schema === undefined
      ? undefined
      : ((await readJsonInput(flags.schema, 'the schema')) as JsonObject);
  const problem = schema && (await problemAside({ schema }));
  if (problem) {
    const why = problem.kind === 'unusable' ? problem.why : 'it takes too long to compile';
    throw usageError(`${flags.schema}: the schema cannot be used: ${why}`);
  }
  return { providers, model: model ?? config.HOLDFAST_MODEL, prompt, schema };
}

async function report(store: BatchStore, batch: StoredBatch, flags: BatchRunFlags): Promise<void> {
  const counts = countsOf(batch);
  const failures = await store.failures(batch.id);
  if (counts.failed > 0 || batch.state === 'cancelled') process.exitCode = exitCodes.failed.code;
  if (flags.json) {
    return printView(printableJson({ event: 'batch.ended', ...accountOf(batch, failures) }));
  }
  const { answered, failed, attempts, possiblyBilled, costNano } = counts;
  const parts = [
    ...(batch.state === 'cancelled' ? ['cancelled'] : []),
    `${formatCount(answered)} answered`,
    `${formatCount(failed)} failed`,
    `${formatCount(attempts)} requests`,
    ...(possiblyBilled > 0 ? [`${formatCount(possiblyBilled)} possibly billed twice`] : []),
    ...(costNano > 0 ? [`cost ${costInWords(costNano)}`] : []),
  ];
  print(`${parts.join(', ')}: ${flags.out}/${resultFiles.answers}`);
  if (failed > 0) {
    const types = failures.map(([type, count]) => `${formatCount(count)} ${type}`).join(', ');
    print(`${types}: ${flags.out}/${resultFiles.errors}; --retry-failed runs these again`);
  }
}

/**
 * Makes the folder of a batch's results, before anything is sent for them.
 *
 * @param isKnown whether the ledger has read lines of that batch: what lies there is of it then.
 * @throws CommandError where it cannot be written, or holds results that the ledger knows nothing of.
 */
function makeResultFolder(folder: string, isKnown: boolean): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const reason = (error as Error).message;
    throw usageError(`results cannot be written to ${folder}: ${reason}`, { cause: error });
  }
  const file = Object.values(resultFiles).find((name) => existsSync(path.join(folder, name)));
  if (isKnown || file === undefined) return;
  throw new CommandError(
    'otherInput',
    `${folder} holds ${file} of a batch that this ledger does not know, and all lines would be paid again. Run it from the folder where it began (its .holdfast/ is the ledger) or with its DATABASE_URL; or use another --out`,
  );
}

const unwritable = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EISDIR', 'EIO'];

/**
 * Says of results that could not be written that nothing of them is lost.
 *
 * @throws CommandError `usage`
 */
async function writingTo<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!unwritable.includes(code)) throw error;
    throw usageError(
      `results cannot be written to ${folder}: ${message}. All answers are kept; once there is room for them, the same command writes them and goes on`,
      { cause: error },
    );
  }
}
