import { workflowBundle } from './workflow-bundle.ts';

// Run while an image is built, by a user who may write: the worker that starts in it finds its
// bundle, as a user who may not.
const bundle = await workflowBundle();
if (!('codePath' in bundle)) throw new Error('the workflow bundle could not be written');
console.log(`workflow bundle: ${bundle.codePath}`);
