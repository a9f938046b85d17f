// Loaded into every test file's process by test-files.ts. Node's own timeout ends a test, but not a
// process that a forgotten server or timer keeps alive after its tests: that would hang for ever.
const FILE_DEADLINE_MS = 180_000;

setTimeout(() => {
  const open = process.getActiveResourcesInfo().join(', ');
  process.stderr.write(`Still running after ${FILE_DEADLINE_MS} ms; open: ${open}\n`);
  process.exit(1);
}, FILE_DEADLINE_MS).unref();
