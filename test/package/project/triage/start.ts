import { connect } from 'holdfast/client';
import type { triage } from './workflows.ts';

const holdfast = await connect();
const ticket = { text: 'The lamp arrived broken, and I need it tonight.' };
const started = await holdfast.start<typeof triage>('triage', ticket, { id: 'T-1042' });
console.log(await started.result());
await holdfast.close();
