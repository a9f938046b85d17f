import { runCommand, startByName } from 'holdfast/command';

await runCommand(process.argv.slice(2), (program, _, options) => {
  options
    .anyStart(program.command('triage').argument('<text>').option('--id <id>'))
    .description('triage a ticket')
    .action((text, flags) => startByName('triage', { text }, flags));
});
