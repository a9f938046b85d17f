import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadExampleOrders } from '../../../dev/sandbox/example-orders.ts';
import { guessIntent, intentField } from '../../../dev/sandbox/guess-intent.ts';
import { pretendModel } from '../../../dev/sandbox/pretend-model.ts';

const examples = loadExampleOrders();
const answer = pretendModel(examples);
const ask = (text: string, schema?: Record<string, unknown>) =>
  answer({ model: 'm', messages: [{ role: 'user', text }], body: {}, ...(schema && { schema }) });
const orderSchema = { type: 'object', properties: { total: { type: 'string' } } };

describe('the pretend model', () => {
  for (const { orderId, request, extracted } of examples) {
    it(`reads ${orderId} out of a prompt, plain or as a JSON string`, () => {
      const plain = ask(`Extract the order.\n\n${request.email}`, orderSchema);
      assert.deepEqual(JSON.parse(plain), extracted);
      const quoted = ask(`The email:\n${JSON.stringify(request.email)}`, orderSchema);
      assert.deepEqual(JSON.parse(quoted), extracted);
    });
  }

  it('answers a repair like the first call', () => {
    const repaired = answer({
      model: 'm',
      messages: [
        { role: 'system', text: 'Extract the order.' },
        { role: 'user', text: examples[1]?.request.email ?? '' },
        { role: 'assistant', text: '{"answer": {}}' },
        { role: 'user', text: 'items: expected array' },
      ],
      schema: orderSchema,
      body: {},
    });
    assert.equal(JSON.parse(repaired).total, '89,90');
  });

  it('invents no order for an email it does not know', () => {
    assert.throws(() => ask('Ten bicycles, please.', orderSchema), /knows only the example orders/);
  });

  it('guesses an intent and fills the rest of the schema', () => {
    const schema = {
      type: 'object',
      properties: {
        confidence: { type: 'number' },
        intent: { type: 'string', enum: ['card_arrival', 'exchange_rate', 'lost_or_stolen_card'] },
        reason: { type: 'string' },
      },
    };
    const message = 'One of card_arrival, exchange_rate: "Someone has stolen my card"';
    assert.deepEqual(JSON.parse(ask(message, schema)), {
      confidence: 0.5,
      intent: 'lost_or_stolen_card',
      reason: '',
    });
  });
});

describe('guessing an intent', () => {
  const intents = ['card_arrival', 'exchange_rate', 'exchange_charge', 'age_limit'];
  it('weighs shared words, rare ones more', () => {
    assert.equal(
      guessIntent('When will my card arrive? The arrival date?', intents),
      'card_arrival',
    );
    assert.equal(guessIntent('Was I charged for the exchange?', intents), 'exchange_charge');
    assert.equal(guessIntent('At what age may I join?', intents), 'age_limit');
  });
  it('is wrong where no word is shared: nothing is looked up', () => {
    assert.equal(guessIntent('How old must my son be?', intents), 'card_arrival');
  });
  it('finds no intent in a schema without a list', () => {
    assert.equal(intentField({ properties: { total: { type: 'string' } } }), undefined);
  });
});
