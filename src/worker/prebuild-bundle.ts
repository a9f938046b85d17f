import { workflowBundle } from './workflow-bundle.ts';

// Runs while an image is built, as a user who may write the bundle; the worker's user may not.
const bundle = await workflowBundle();
if (!('codePath' in bundle)) throw new Error('the workflow bundle could not be written');
console.log(`workflow bundle: ${bundle.codePath}`);
