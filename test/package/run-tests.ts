// npm run test:package [-- tutorial]: what a stranger gets who installs Holdfast.
import { execa } from 'execa';
import { testFiles } from '../../dev/test-files.ts';
import { root } from './install-project.ts';

const named = process.argv.slice(2);
const usual = ['tutorial', 'package', 'triage', 'triage-node22'];
const files = (named.length > 0 ? named : usual).map((name) => `test/package/${name}.test.ts`);
// Each installs a project with npm, and on a busy machine that takes minutes.
const deadlineFactor = 4;
process.exitCode = await testFiles(
  files,
  async () => {
    // Once, and not by each of them at the same time.
    await execa('npm', ['run', 'build'], { cwd: root });
    process.env.PACKAGE_IS_BUILT = 'yes';
  },
  deadlineFactor,
);
