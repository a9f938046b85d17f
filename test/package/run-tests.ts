// npm run test:package: what a stranger gets who installs Holdfast.
import { execa } from 'execa';
import { testFiles } from '../../dev/test-files.ts';
import { root } from './install-project.ts';

const files = ['package', 'starter', 'triage', 'tutorial', 'triage-node22'].map(
  (name) => `test/package/${name}.test.ts`,
);
process.exitCode = await testFiles(files, async () => {
  // Once, and not by each of them at the same time.
  await execa('npm', ['run', 'build'], { cwd: root });
  process.env.PACKAGE_IS_BUILT = 'yes';
});
