import { Command, CommanderError, InvalidArgumentError } from 'commander';

/** What `npm start` is asked to do. */
export interface DemoOptions {
  /** A CSV file of messages to classify, instead of the orders. */
  readonly messages?: string;
  /** How many of its messages. */
  readonly limit: number;
  /** The user's own model, `provider:model`, instead of the sandbox's. */
  readonly model?: string;
}

/** A mistake of the user's, told in one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const defaultLimit = 200;

/**
 * Reads the command line.
 *
 * @returns undefined when `--help` was asked for and has been shown.
 * @throws UsageError in one sentence.
 */
export function parseOptions(args: readonly string[]): DemoOptions | undefined {
  const command = new Command('npm start --')
    .description(
      'Runs twelve order emails and two broken calls through a model provider that fails in every\n' +
        'way, kills the worker once in the middle, and counts at the end, from the outside, what\n' +
        'was saved, charged and ticketed. Needs nothing but this machine.',
    )
    .option('--messages <file>', 'classify customer messages instead: a CSV with text and category')
    .option('--limit <n>', `how many of the messages (default: ${defaultLimit})`, positiveInteger)
    .option('--model <provider:model>', 'your own model for the messages, not the sandbox')
    .helpOption('-h, --help', 'show this')
    .addHelpText(
      'after',
      '\nExit codes:\n' +
        '  0    every count is right\n' +
        '  1    one is not; what is wrong is said\n' +
        '  2    bad usage or input; nothing was started\n' +
        '  130  Ctrl-C; everything that was started is gone, and so is its data\n\n' +
        'Examples:\n' +
        '  npm start\n' +
        '  npm start -- --messages examples/messages.csv\n' +
        '  npm start -- --messages messages.csv --limit 20 --model openai:gpt-4o-mini\n',
    )
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .allowExcessArguments(false);
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new UsageError(
      `${error.message.replace(/^error: /, '').replace(/\s+/g, ' ')} (see npm start -- --help)`,
    );
  }
  const { messages, limit, model } = command.opts<Partial<DemoOptions>>();
  if (messages === undefined && (limit !== undefined || model !== undefined)) {
    throw new UsageError('--limit and --model go with --messages (see npm start -- --help)');
  }
  return {
    limit: limit ?? defaultLimit,
    ...(messages !== undefined && { messages }),
    ...(model !== undefined && { model }),
  };
}

function positiveInteger(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number from 1.');
  }
  return Number(text);
}
