import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { CommanderError } from 'commander';
import { CommandError } from './command-error.ts';
import { compileCache } from './compile-cache.ts';
import { exitCodes } from './exit-codes.ts';
import { fail } from './output.ts';
import { type AddCommands, createProgram } from './program.ts';

const root = new URL('../../', import.meta.url);

/**
 * Runs one command line and ends the process with its exit code. Whatever goes wrong is told in one sentence. What
 * Node compiles is kept in the project's cache: a third of the starting time.
 *
 * @param given without the program's name.
 * @param addCommands what the application adds to the commands.
 */
export async function runCommand(
  given: readonly string[],
  addCommands: AddCommands = () => undefined,
): Promise<void> {
  // Out of a file with the line ends of Windows: `order-77\r` would be another order.
  const args = given.map((each) => each.replace(/\r$/, ''));
  endQuietlyWithoutReader();
  enableCompileCache(compileCache);
  const json = args.slice(0, indexOrEnd(args, '--')).includes('--json');
  try {
    await createProgram(ownVersion(), addCommands).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) endAsCommander(error, json);
    else {
      const { explainError } = await import('./explain-error.ts');
      fail(explainError(error), { json });
    }
  }
  // What was printed goes out first; then the connection, which is still open, keeps nothing alive.
  await new Promise((resolve) => process.stdout.write('', resolve));
  process.exit();
}

/** Help and version were printed; a mistake in the command line was not. */
function endAsCommander(error: CommanderError, json: boolean): void {
  if (error.exitCode === 0) return;
  // Help was shown because the command line names no command.
  if (error.code === 'commander.help') {
    process.exitCode = exitCodes.usage.code;
    return;
  }
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  fail(new CommandError('usage', `${message} (--help says more)`), { json });
}

/** A reader that has seen enough (`| head`) is no error, and nothing is left to do for it. */
function endQuietlyWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

function ownVersion(): string {
  const text = readFileSync(new URL('package.json', root), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function indexOrEnd(list: readonly string[], item: string): number {
  const index = list.indexOf(item);
  return index < 0 ? list.length : index;
}
