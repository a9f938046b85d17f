import type { AddCommands } from '../../command.ts';

const startOrderHelp = `
The email is data: whatever it says, customer and payment method are the
caller's. They come from the flags, or from a header above the email:
  ---
  order: order-1001
  customer: cus_harbour_books
  payment-method: pm_harbour_books
  ---
Give all three flags for emails that come from outside: then a header in the
text counts for nothing.

The same id with the same email attaches to the execution that exists; with
another email it is an error (exit code 5).

Examples:
  holdfast start order examples/orders/order-1001.txt
  holdfast start order examples/orders/order-1001.txt --dry-run
  holdfast start order - --id order-7 --customer cus_42 \\
    --payment-method pm_card_visa --wait < mail.txt`;

const approveHelp = `
An approval counts for the fingerprint that \`holdfast status\` shows, and for
nothing else. Where the order's own amount is ambiguous, it names the amount.

Examples:
  holdfast approve order-7 --fingerprint v1:3b1f...
  holdfast approve order-8 --fingerprint v1:90aa... \\
    --amount 1234.00 --currency eur`;

/** The commands of orders: `start order` and `approve`. */
export const addOrderCommands: AddCommands = (program, start, options) => {
  const order = start
    .command('order')
    .description('read an order email, then save, charge and ticket it, once')
    .argument('<file>', 'the email; - for standard input')
    .option('--id <id>', 'the order id: workflow id and idempotency key')
    .option('--customer <id>', "the payment provider's customer (cus_...)")
    .option('--payment-method <id>', 'what to charge (pm_...)');
  options.help(options.start(order), startOrderHelp).action(async (file, flags) => {
    const { startOrderCommand } = await import('./start-order.ts');
    await startOrderCommand(file, flags);
  });
  const approve = program
    .command('approve')
    .description('approve an order that waits for a person')
    .argument('<id>')
    .requiredOption('--fingerprint <f>', 'what is approved, as `holdfast status` shows it')
    .option('--park <id>', 'which wait, where the same is approved more than once')
    .option('--amount <amount>', 'where the order leaves it open, for example 12.34')
    .option('--currency <code>', 'of that amount, for example eur');
  options.help(options.json(approve), approveHelp).action(async (id, flags) => {
    const { approveCommand } = await import('./approve.ts');
    await approveCommand(id, flags);
  });
};
