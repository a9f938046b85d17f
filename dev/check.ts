import path from 'node:path';
import { execa } from 'execa';
import { checkRooms } from './check-rooms.ts';
import { checkFileLength } from './file-length.ts';
import { type Verdict, validateCompose } from './validate-compose.ts';

const root = path.dirname(import.meta.dirname);

/** One thing that is checked, by a command that fails when it does not hold. */
interface CommandCheck {
  readonly title: string;
  readonly command: readonly [string, ...string[]];
}

const colors = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`;

const commandChecks: readonly CommandCheck[] = [
  { title: 'types', command: ['tsc', '--noEmit'] },
  {
    title: 'lint, format and import cycles',
    command: ['biome', 'ci', '--error-on-warnings', colors],
  },
];

/** Runs every check, also after one has failed. Resolves to the number of failures. */
async function checkAll(): Promise<number> {
  const verdicts: Verdict[] = [];
  for (const { title, command } of commandChecks) {
    const [file, ...args] = command;
    const { failed, all } = await execa(file, args, { cwd: root, all: true, reject: false });
    verdicts.push(print(title, { state: failed ? 'FAILED' : 'ok', detail: failed ? all : '' }));
  }
  verdicts.push(print('rooms: who may import whom', checkRooms(root)));
  verdicts.push(print('no file over 300 lines', checkFileLength(root)));
  verdicts.push(print('docker-compose.yml', await validateCompose(root)));
  return verdicts.filter(({ state }) => state === 'FAILED').length;
}

function print(title: string, verdict: Verdict): Verdict {
  console.log(`${verdict.state.padEnd(7)} ${title}`);
  if (verdict.detail !== '') console.log(verdict.detail);
  return verdict;
}

process.exitCode = (await checkAll()) === 0 ? 0 : 1;
