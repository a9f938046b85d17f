// npm run test:peers: the tests that need other versions of the SDK than ours, once those are there.
import { globSync } from 'node:fs';
import path from 'node:path';
import { testFiles } from '../../dev/test-files.ts';
import { installPackage } from '../install-package.ts';

const files = globSync('bench/peers/*.test.ts', { cwd: path.join(import.meta.dirname, '../..') });
process.exitCode = await testFiles(files.sort(), () => installPackage('bench/peers'));
