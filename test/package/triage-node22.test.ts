// The same project on the oldest Node that package.json promises.
process.env.HOLDFAST_PACKAGE_NODE = '22.19.0';
await import('./triage.test.ts');
