import type { Command } from 'commander';
import { describeExitCodes } from '../src/cli/exit-codes.ts';
import { createProgram } from '../src/cli/program.ts';
import { addOrderCommands } from '../src/orders/commands/add-order-commands.ts';

/** The page for users on the command, from what `--help` prints. */
export function cliPage(): string {
  const program = createProgram('0', addOrderCommands);
  const commands = program.commands.flatMap((each) => withOwn(each));
  return `# The command

What \`holdfast --help\` and \`holdfast COMMAND --help\` print. In a project that has Holdfast installed it is called with
\`npx holdfast\`. Every command has \`--json\`; errors go to standard error, as JSON too.

\`\`\`
${helpOf(program)}
\`\`\`

${commands.map(({ name, command }) => `## holdfast ${name}\n\n\`\`\`\n${helpOf(command)}\n\`\`\``).join('\n\n')}

## Exit codes

\`\`\`
${describeExitCodes()}
\`\`\`

This page is generated from the command itself by \`node dev/write-schemas.ts\`.
`;
}

interface Named {
  readonly name: string;
  readonly command: Command;
}

/** A command and those below it, by all of their names; groups only list what follows anyway. */
function withOwn(command: Command, above = ''): Named[] {
  const name = `${above}${command.name()}`;
  const below = command.commands.flatMap((each) => withOwn(each, `${name} `));
  const isGroup = below.length > 0 && command.registeredArguments.length === 0;
  return isGroup ? below : [{ name, command }, ...below];
}

/** What is printed at 80 columns, without the exit codes, which are the same for all. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    getOutHelpWidth: () => 80,
    getOutHasColors: () => false,
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text.replace(describeExitCodes(), '').trim();
}
