import { type Command, CommanderError } from 'commander';
import { parseSet } from '../../src/cli/load-policies.ts';
import { createProgram } from '../../src/cli/program.ts';
import { addOrderCommands } from '../../src/orders/commands/add-order-commands.ts';
import { policiesFileSchema } from '../../src/policies/resolve-policies.ts';

/** A word of a shell's command line. */
const word = /'((?:[^'])*)'|"((?:[^"\\]|\\.)*)"|([^\s'"|;&<>#]+)/y;

/**
 * The words of the commands in a shell's text that begin with `holdfast`; what a pipe, a redirection
 * or a comment adds is left out.
 */
export function commandLines(shell: string): readonly (readonly string[])[] {
  return shell
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) =>
      line.trim().replace(/^(?:npm run (?:-s )?holdfast --|npx holdfast)\s/, 'holdfast '),
    )
    .filter((line) => /^holdfast\b/.test(line))
    .map((line) => wordsOf(line).slice(1));
}

/** The words up to the first operator of the shell. */
export function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  for (let at = 0; at < line.length; ) {
    word.lastIndex = at;
    const found = word.exec(line);
    if (!found) {
      if (line[at] !== ' ') break;
      at += 1;
      continue;
    }
    words.push(found[1] ?? found[2] ?? found[3] ?? '');
    at = word.lastIndex;
  }
  return words;
}

/** What is wrong with a whole command line, or `undefined`. Nothing is done. */
export function problemWithCommand(args: readonly string[]): string | undefined {
  const program = withoutActions(createProgram('0', addOrderCommands));
  try {
    program.parse(args, { from: 'user' });
    return args
      .flatMap((each, index) => (each === '--set' ? [args[index + 1] ?? ''] : []))
      .map(problemWithSet)
      .find((problem) => problem !== undefined);
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
}

/**
 * What is wrong with a command that is spoken of in a sentence, where arguments may be left out and
 * `ID` stands for any: its names and its options must exist.
 */
export function problemWithMention(args: readonly string[]): string | undefined {
  let command = createProgram('0', addOrderCommands);
  let isNaming = true;
  for (const each of args) {
    const next = isNaming ? command.commands.find((one) => one.name() === each) : undefined;
    if (next) {
      command = next;
    } else if (each.startsWith('--')) {
      isNaming = false;
      const flag = each.split('=')[0];
      if (!optionsOf(command).includes(flag ?? '')) return `${command.name()} has no ${flag}`;
    } else if (command.parent === null) {
      return `there is no command ${each}`;
    } else {
      isNaming = false;
    }
  }
  return undefined;
}

/** Every option of every command. */
export function allOptions(
  command: Command = createProgram('0', addOrderCommands),
): readonly string[] {
  return [...optionsOf(command), ...command.commands.flatMap((each) => allOptions(each))];
}

function optionsOf(command: Command): readonly string[] {
  // `holdfast effects` is `holdfast effects list`.
  const byDefault = command.name() === 'effects' ? command.commands.filter(isList) : [];
  return [
    '--help',
    '--version',
    ...command.options,
    ...byDefault.flatMap(({ options }) => options),
  ].map((option) => (typeof option === 'string' ? option : (option.long ?? '')));
}

function isList(command: Command): boolean {
  return command.name() === 'list';
}

function problemWithSet(set: string): string | undefined {
  try {
    const { success, error } = policiesFileSchema.safeParse(parseSet(set));
    return success ? undefined : `--set ${set}: ${error.message}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function withoutActions(command: Command): Command {
  command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  const isGroup = command.commands.length > 0 && command.registeredArguments.length === 0;
  if (!isGroup) command.action(() => {});
  for (const each of command.commands) withoutActions(each);
  return command;
}
