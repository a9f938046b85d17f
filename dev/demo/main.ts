import { ProgramMissingError } from '../../src/servers/program.ts';
import { parseOptions, UsageError } from './options.ts';
import { readMessages } from './read-messages.ts';
import { listenForStop, Stopped, unlessStopped } from './stop-signal.ts';

/** Resolves to the exit code: 0 only when every count is right. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (!options) return 0;
  const { messages, limit, model } = options;
  const file = messages === undefined ? undefined : readMessages(messages, limit);
  // What takes a second to load is loaded once the input is known to be good.
  if (model !== undefined) (await import('./check-own-model.ts')).checkOwnModel(model);
  const { demonstrate } = await import('./demonstrate.ts');

  const say = (line = '') => void process.stdout.write(`${line}\n`);
  const signal = listenForStop(() =>
    process.stderr.write('\nStopping and cleaning up; Ctrl-C again leaves at once.\n'),
  );
  await using cleanups = new AsyncDisposableStack();
  const demonstration = { ...(file && { file }), ...(model !== undefined && { model }) };
  const isRight = await unlessStopped(signal, demonstrate(demonstration, cleanups, say, signal));
  return isRight ? 0 : 1;
}

// `npm start | head`: the reader has gone, so nothing is left to do.
process.stdout.on('error', () => process.exit(1));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = 1;
  if (error instanceof Stopped) {
    process.exitCode = error.exitCode;
  } else if (error instanceof UsageError || error instanceof ProgramMissingError) {
    if (error instanceof UsageError) process.exitCode = 2;
    console.error(`npm start: ${error.message}`);
  } else {
    console.error(error);
  }
}
// What was left to itself at a Ctrl-C must not keep the process alive.
process.exit();
