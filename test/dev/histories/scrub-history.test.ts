import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readableText, scrubHistory } from '../../../dev/histories/scrub-history.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test("a worker's identity, its sticky queue and stack traces are taken out; a person stays", () => {
  const scrubbed = scrubHistory({
    events: [
      { eventId: '1', attributes: { identity: 'ada@tests' } },
      {
        eventId: '2',
        attributes: {
          taskQueue: {
            name: '4711@some-host-9f-sticky',
            kind: 'TASK_QUEUE_KIND_STICKY',
            normalName: 'holdfast',
          },
        },
      },
      { eventId: '3', attributes: { identity: '4711@some-host', attempt: 1 } },
      { failure: { message: 'no', stackTrace: 'Error: no\n    at /somewhere/here.ts:1' } },
    ],
  });
  assert.deepEqual(scrubbed, {
    events: [
      { eventId: '1', attributes: { identity: 'ada@tests' } },
      {
        eventId: '2',
        attributes: {
          taskQueue: { name: 'sticky', kind: 'TASK_QUEUE_KIND_STICKY', normalName: 'holdfast' },
        },
      },
      { eventId: '3', attributes: { identity: 'worker@tests', attempt: 1 } },
      { failure: { message: 'no' } },
    ],
  });
});

test('ports of the sandbox are taken out of payloads too, which stay payloads', () => {
  const scrubbed = scrubHistory({
    payloads: [
      { data: base64('{"url":"http://127.0.0.1:43117/acme","name":"Zoë"}') },
      { data: base64('"4711@some-host"') },
    ],
  });
  assert.deepEqual(scrubbed, {
    payloads: [
      { data: base64('{"url":"http://127.0.0.1:0/acme","name":"Zoë"}') },
      { data: base64('"4711@some-host"') },
    ],
  });
  assert.match(readableText(scrubbed), /4711@some-host/, 'what is left can be found');
});
