import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { demoFaults, orderFaultLists } from '../../../dev/sandbox/demo-faults.ts';
import { distortAnswer } from '../../../dev/sandbox/distort.ts';
import { judgeText } from '../../../src/calls/answers/judge-text.ts';

const at = (requestId: string, nthForThisCall = 1) =>
  demoFaults({ requestId, nthForThisCall, model: 'gpt-4o-mini', body: {} }).kind;

describe('the faults of the demo', () => {
  it('show every kind on the orders, one outage, else at most two in a row, and exactly one hang', () => {
    const lists = Object.values(orderFaultLists);
    assert.equal(lists.length, 12);
    assert.deepEqual(
      lists.map((list) => list.length).filter((length) => length > 2),
      [5],
    );
    const kinds = lists.flat().map(({ kind }) => kind);
    assert.deepEqual([...new Set(kinds)].sort(), [
      'cut',
      'distort',
      'hang',
      'raw',
      'reset',
      'status',
    ]);
    assert.equal(kinds.filter((kind) => kind === 'hang').length, 1);
  });

  it('end: a later request and a repair pass', () => {
    assert.equal(at('order-1003/extract', 2), 'status');
    assert.equal(at('order-1003/extract', 6), 'pass');
    assert.equal(at('order-1010/extract.repair-1'), 'pass');
    assert.equal(at('order-9999/extract'), 'pass');
  });

  it('hit a quarter of the messages, always the same ones, once each', () => {
    const ids = Array.from({ length: 4000 }, (_, n) => `msg-${n + 1}/complete`);
    const hit = ids.filter((id) => at(id) !== 'pass');
    assert.ok(hit.length > 920 && hit.length < 1080, `${hit.length} of 4000`);
    assert.deepEqual(
      ids.filter((id) => at(id) !== 'pass'),
      hit,
    );
    assert.ok(hit.every((id) => at(id, 2) === 'pass'));
    assert.ok(hit.every((id) => at(id.replace('complete', 'complete.repair-1')) === 'pass'));
  });
});

describe('a distorted answer', () => {
  const right = '{"total":"86.00","items":[{"quantity":3}]}';
  it('is mendable', () => {
    const spoilt = distortAnswer('mendable', right);
    assert.throws(() => JSON.parse(spoilt));
    assert.deepEqual(judgeText(spoilt, { schema: {} }), {
      kind: 'valid',
      value: { total: '86.00', items: [{ quantity: 3 }] },
      mended: ['a comma before a closing bracket'],
    });
  });
  it('is beyond mending', () => {
    const { kind } = judgeText(distortAnswer('hopeless', right), { schema: {} });
    assert.equal(kind, 'not JSON');
  });
  it('has another shape', () => {
    assert.deepEqual(JSON.parse(distortAnswer('wrongShape', right)), {
      answer: { total: '86.00', items: [{ quantity: 3 }] },
    });
  });
});
