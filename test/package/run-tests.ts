// npm run test:package: what a stranger gets who installs Holdfast.
import { testFiles } from '../../dev/test-files.ts';

process.exitCode = await testFiles(['test/package/package.test.ts', 'test/package/triage.test.ts']);
