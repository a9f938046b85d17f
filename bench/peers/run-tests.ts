import path from 'node:path';
import { execa } from 'execa';
import { installPackage } from '../install-package.ts';

/** The tests that need other versions of the SDK than ours: installs those, then runs them. */
await installPackage('bench/peers');
const { exitCode } = await execa(
  'node',
  ['--test', ...process.argv.slice(2), path.join(import.meta.dirname, '*.test.ts')],
  { stdio: 'inherit', reject: false },
);
process.exitCode = exitCode ?? 1;
