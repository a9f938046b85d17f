import { workflowInfo } from '@temporalio/workflow';
import { askModel } from '../durable/ask-model.ts';
import { effectsUnder } from '../durable/run-effects.ts';
import { reportOf, trackProgress } from '../durable/track-progress.ts';
import { listenForApproval } from '../orders/await-approval.ts';
import type { OrderActivities } from '../orders/declare-effects.ts';
import { effectList } from '../orders/effect-list.ts';
import type { ProcessOrderInput, ProcessOrderResult } from '../orders/order.ts';
import { orderMessages, orderShape } from '../orders/order-question.ts';

/**
 * An order arrives as an email. A model reads it; then it is saved, charged and ticketed, each once.
 *
 * The first save decides: whatever a later reading of the same email says, every step after it
 * works with the row that was saved. Customer and payment method come from the caller.
 */
export async function processOrder(input: ProcessOrderInput): Promise<ProcessOrderResult> {
  const { request, model, policies } = input;
  const orderId = workflowInfo().workflowId;
  const progress = trackProgress();
  const awaitApproval = listenForApproval(progress, policies.payment);
  const { save, charge, ticket } = effectsUnder<OrderActivities>(effectList, policies, progress);

  const extracted = await askModel(
    {
      step: 'extract',
      title: 'extract order',
      model,
      messages: orderMessages(request.email),
      shape: orderShape(),
      policy: policies.model,
    },
    progress,
  );

  const order = await save({ orderId, request, extracted });
  const total = await awaitApproval(order);
  const charged = await charge({
    orderId,
    customerId: order.customerId,
    paymentMethod: order.paymentMethod,
    total,
  });
  // A person who opened the ticket by hand may have the workflow go on without one.
  const opened = await ticket({ order, charge: charged }, { skippable: true });

  progress.step('done');
  return { order, charge: charged, ...(opened && { ticket: opened }), calls: reportOf(progress) };
}
