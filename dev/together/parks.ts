// Run as a test file by run-tests.ts: those that test-groups.ts names.
import { importFiles } from './import-files.ts';

await importFiles('parks');
