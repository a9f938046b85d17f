import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderStatusTable } from '../../../src/cli/watch/render-status-table.ts';
import { liveLine, statusLine } from '../../../src/cli/watch/status-line.ts';
import type { WorkflowStatus } from '../../../src/client/status.ts';

const now = new Date('2026-11-24T10:00:30.000Z');
const startedAt = new Date('2026-11-24T10:00:00.000Z');
const progress = {
  step: 'extract',
  attempts: 1,
  repairs: 0,
  usage: { inputTokens: 812, outputTokens: 120 },
  requestIds: [],
  effects: [],
};
const running: WorkflowStatus = {
  workflowId: 'order-1001',
  runId: 'run-1',
  workflowType: 'processOrder',
  status: 'RUNNING',
  startedAt,
  pending: [
    { activity: 'callModel', step: 'callModel', attempt: 1, maximumAttempts: 8, running: true },
  ],
  progress,
};
const retrying: WorkflowStatus = {
  ...running,
  workflowId: 'order-1002',
  progress: {
    ...progress,
    step: 'charge',
    repairs: 1,
    effects: [{ name: 'save', replayed: true }],
  },
  pending: [
    {
      activity: 'charge',
      step: 'charge',
      attempt: 3,
      maximumAttempts: 12,
      running: false,
      nextAttemptAt: new Date('2026-11-24T10:00:34.240Z'),
      lastFailure: {
        type: 'Overloaded',
        message:
          '503 Overloaded by stripe (the provider has no capacity for now): attempt 2 of 12 failed, next in 4.2 s',
      },
    },
  ],
};
const parked: WorkflowStatus = {
  ...running,
  workflowId: 'order-1003',
  pending: [],
  waitsFor: 'ApprovalRequired',
  progress: {
    ...progress,
    step: 'waiting for a person',
    effects: [{ name: 'save', replayed: false }],
    parked: [
      {
        type: 'ApprovalRequired',
        parkId: 'approval.1.0a1b2c3d',
        step: 'approval',
        reasons: ['612.00 EUR is above the limit'],
        fingerprint: 'v1:1',
        amountNeeded: false,
        since: '2026-11-24T10:00:10.000Z',
      },
    ],
  },
};
const done: WorkflowStatus = {
  ...running,
  workflowId: 'order-1004',
  status: 'COMPLETED',
  closedAt: new Date('2026-11-24T10:00:04.000Z'),
  pending: [],
  progress: {
    ...progress,
    step: 'done',
    effects: ['save', 'charge', 'ticket'].map((name) => ({ name, replayed: false })),
  },
};
const failed: WorkflowStatus = {
  ...running,
  workflowId: 'hostile-1',
  status: 'FAILED',
  closedAt: new Date('2026-11-24T10:00:02.000Z'),
  pending: [],
  failure: { type: 'TypeError', message: 'clear \u001b[2J the\r\n screen \u202e' },
};

test('every state in 79 columns', () => {
  const drawn = renderStatusTable([running, retrying, parked, done, failed], {
    width: 79,
    now,
    footer: ['http://127.0.0.1:8233'],
  });
  assert.equal(
    drawn,
    [
      'workflow    state     try   next in  repairs  tokens   done, doing',
      'order-1001  running   1/8                     812/120  extract',
      'order-1002  retrying  3/12  4.2 s    1        812/120  ↺save charge',
      '  503 Overloaded by stripe (the provider has no capacity for now): attempt 2 o…',
      'order-1003  parked                            812/120  ✓save',
      '  ApprovalRequired: 612.00 EUR is above the limit',
      'order-1004  done                              812/120  ✓save ✓charge ✓ticket',
      'hostile-1   failed                            812/120',
      '  TypeError: clear \ufffd[2J the screen \ufffd',
      '',
      '1 running, 1 retrying, 1 parked, 1 done, 1 failed · 30 s',
      'effects 5 · repairs 1 · tokens 4,060 in, 600 out',
      'http://127.0.0.1:8233',
    ].join('\n'),
  );
});

test('a wider terminal shows more of the failure', () => {
  const drawn = renderStatusTable([retrying], { width: 119, now });
  assert.match(drawn, /^ {2}503 Overloaded by stripe .* failed, next in 4\.2 s$/m);
});

test('what is too long for a narrow terminal gives way, the ids first', () => {
  const long = { ...done, workflowId: 'a-workflow-id-of-more-than-a-few-characters' };
  const lines = renderStatusTable([long], { width: 60, now }).split('\n');
  assert.match(lines[1] ?? '', /^a-workf… {2}done {2}/);
  assert.ok(lines.every((line) => line.length <= 60));
});

test('on a low terminal what is done gives way first', () => {
  const drawn = renderStatusTable(
    [done, { ...done, workflowId: 'order-1005' }, retrying, running],
    {
      width: 79,
      now,
      height: 8,
    },
  );
  assert.doesNotMatch(drawn, /order-100[45]/);
  assert.match(drawn, /order-1002/);
  assert.match(drawn, /^and 2 more$/m);
  assert.ok(drawn.split('\n').length <= 8);
});

test('colours come only when asked for', () => {
  const csi = '\u001b[';
  assert.equal(renderStatusTable([done], { width: 79, now }).includes(csi), false);
  assert.equal(renderStatusTable([done], { width: 79, now, colors: true }).includes(csi), true);
});

test('what a narrow terminal shows of a wait is when it ends, and why', () => {
  const held = { step: 'charge', gate: 'openai:gpt-4o-mini', reason: 'is down' };
  const { nextAttemptAt: _, ...asleep } = retrying.pending[0] ?? {};
  const drawn = liveLine(
    {
      ...retrying,
      pending: [{ ...asleep, running: false, held }] as never,
      held: [{ ...held, sinceMs: now.getTime() - 61_000, untilMs: now.getTime() + 42_000 }],
    },
    now,
  );
  assert.equal(
    drawn,
    'order-1002 held: next in 42.0 s, openai:gpt-4o-mini is down, for 1 min 1 s, attempt 3/12',
  );
  assert.equal(
    liveLine(retrying, now),
    'order-1002 retrying: next in 4.2 s, 503 Overloaded by stripe (the provider has no capacity for now): attempt 2 of 12 failed, attempt 3/12',
  );
});

test('a status on one line', () => {
  assert.equal(
    statusLine(retrying, now),
    '10:00:30 order-1002 retrying: charge, attempt 3/12, next in 4.2 s, done: save, 503 Overloaded by stripe (the provider has no capacity for now): attempt 2 of 12 failed, next in 4.2 s',
  );
  const due = new Date('2026-11-24T10:00:34.240Z');
  assert.match(statusLine(retrying, due), /: charge, attempt 3\/12, due now, done: save, /);
  const later = statusLine(retrying, new Date('2026-11-24T10:00:32.240Z'));
  assert.match(later, /attempt 2 of 12 failed, next in 2\.0 s$/, 'the wait is not frozen');
  assert.equal(
    statusLine({ ...done, progress: { ...progress, step: 'done' } }, now),
    '10:00:30 order-1004 done',
  );
});
