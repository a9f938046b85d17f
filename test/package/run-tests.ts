// npm run test:package [-- tutorial]: what a stranger gets who installs Holdfast. The tutorial, run to
// the letter, takes as long as all others together, and is run when it is named.
import { execa } from 'execa';
import { testFiles } from '../../dev/test-files.ts';
import { root } from './install-project.ts';

const named = process.argv.slice(2);
const usual = ['package', 'starter', 'triage', 'triage-node22'];
const files = (named.length > 0 ? named : usual).map((name) => `test/package/${name}.test.ts`);
process.exitCode = await testFiles(files, async () => {
  // Once, and not by each of them at the same time.
  await execa('npm', ['run', 'build'], { cwd: root });
  process.env.PACKAGE_IS_BUILT = 'yes';
});
