// Run as a test file by run-tests.ts: the small ones, each of which is reported by its own name.
import path from 'node:path';

const files: readonly string[] = JSON.parse(process.env.TEST_FILES_TOGETHER ?? '[]');
for (const file of files) await import(path.join(import.meta.dirname, '..', file));
