import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { shellWord } from '../../wire/shell-word.ts';
import { CommandError, usageError } from '../command-error.ts';
import { type JsonOption, notice, print, printJson } from '../output.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** `holdfast init`: the starter, and the Holdfast that it is for, in an empty folder. */
export async function initCommand(folder: string, options: JsonOption): Promise<void> {
  makeEmptyFolder(folder);
  notice('packing this Holdfast ...', options);
  const packed = await packInto(path.resolve(folder));
  const starter = path.join(root, 'starter');
  const files = readdirSync(starter).sort();
  cpSync(starter, folder, { recursive: true });
  const isHere = path.resolve(folder) === process.cwd();
  const next = [
    ...(isHere ? [] : [`cd ${shellWord(folder)}`]),
    'npm install && npm test',
    'npx holdfast up',
  ];
  if (options.json) return printJson({ folder: path.resolve(folder), files, packed, next });
  print(
    [
      `${folder} has ${files.join(', ')}, and ${packed}, which is this Holdfast.`,
      '',
      'Next:',
      ...next.map((command) => `  ${command}`),
      '',
      'app.ts names the model and the variable of its key; workflows.ts has the command that starts one.',
    ].join('\n'),
  );
}

/** @throws CommandError `usage` for a folder with something in it; what is there is never written over. */
function makeEmptyFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    const found = readdirSync(folder).filter((name) => name !== '.git');
    if (found.length === 0) return;
  } catch (error) {
    const isFile = statSync(folder, { throwIfNoEntry: false })?.isFile();
    const reason = isFile ? 'it is a file' : (error as Error).message;
    throw usageError(`${folder} cannot be the folder of a project: ${reason}`, { cause: error });
  }
  throw usageError(`${folder} is not empty; name a new folder`);
}

/**
 * Packs this Holdfast, from a checkout or as it is installed: the project gets the very same one,
 * and no package of that name from a registry.
 */
async function packInto(folder: string): Promise<string> {
  const args = ['pack', root, '--json', '--loglevel=error', '--pack-destination', folder];
  // Of a checkout it is built first, by a script of its package.json; an installed one is built.
  if (!existsSync(path.join(root, 'dev'))) args.push('--ignore-scripts');
  const { failed, stdout, stderr, originalMessage } = await execa('npm', args, { reject: false });
  if (failed) {
    const words = stderr.trim().split('\n').slice(-5).join('\n') || originalMessage;
    throw new CommandError('usage', `Holdfast cannot be packed; npm says: ${words}`);
  }
  // What the build says may come before.
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('[\n')));
  return filename;
}
