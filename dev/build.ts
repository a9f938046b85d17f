// npm run build: src/ as the JavaScript and the types that are published, since Node strips no
// types below node_modules.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';

const root = path.dirname(import.meta.dirname);

rmSync(path.join(root, 'dist'), { recursive: true, force: true });
const { exitCode } = await execa('tsc', ['-p', 'tsconfig.build.json'], {
  cwd: root,
  // npm pack prints its own answer on stdout.
  stdout: process.stderr,
  reject: false,
});
process.exitCode = exitCode ?? 1;
