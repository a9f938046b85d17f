// Loaded into every test file's process by test-files.ts. Node's own timeout ends a test, but not a
// process that a forgotten server or timer keeps alive after its tests: that would hang for ever.
const ofOneFileMs = Number(process.env.TEST_FILE_DEADLINE_MS);
// Of many files, which take as long as a few large ones.
const deadlineMs = process.argv[1]?.includes('/together/') ? 3 * ofOneFileMs : ofOneFileMs;

setTimeout(() => {
  const open = process.getActiveResourcesInfo().join(', ');
  process.stderr.write(`Still running after ${deadlineMs} ms; open: ${open}\n`);
  process.exit(1);
}, deadlineMs).unref();
