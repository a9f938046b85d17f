import { usageError } from '../../command.ts';
import type { OrderRequest } from '../order.ts';

/** What the caller says about an order besides its email; each may be in the file's header instead. */
export interface OrderFlags {
  readonly id?: string;
  readonly customer?: string;
  readonly paymentMethod?: string;
}

/** An order with the caller's word on whose it is. */
export interface ReadOrder {
  readonly id: string;
  readonly request: OrderRequest;
}

/** Header field, flag, and what the flags are called in the program. */
const fields = [
  { header: 'order', flag: '--id', name: 'id' },
  { header: 'customer', flag: '--customer', name: 'customer' },
  { header: 'payment-method', flag: '--payment-method', name: 'paymentMethod' },
] as const;

/**
 * Reads an order: an email, with the caller's header between two lines `---` above it where the
 * flags do not say everything. With all flags given the text is the email as it came, whatever it
 * begins with: a sender who writes such a header cannot name another customer.
 *
 * @throws CommandError `usage` for a missing field, or a header that contradicts a flag.
 */
export function readOrderFile(text: string, flags: OrderFlags): ReadOrder {
  const complete = fields.every(({ name }) => flags[name] !== undefined);
  const { header, email } = complete ? { header: {}, email: text } : splitHeader(text);
  const value = ({ header: key, flag, name }: (typeof fields)[number]): string => {
    const inHeader = header[key];
    const given = flags[name] ?? inHeader;
    if (given === undefined || given === '') {
      throw usageError(`an order needs ${flag} (or \`${key}:\` in the header of its file)`);
    }
    // The same email under another id is another order, which a person may want; whose it is, is not
    // to be said in two ways.
    if (name !== 'id' && inHeader !== undefined && inHeader !== given) {
      throw usageError(`${flag} is ${given}, the header of the file says ${key}: ${inHeader}`);
    }
    return given;
  };
  const [id, customer, paymentMethod] = fields.map(value) as [string, string, string];
  for (const [flag, text] of [
    ['--customer', customer],
    ['--payment-method', paymentMethod],
  ] as const) {
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(text)) throw usageError(`${flag} is no id: ${text}`);
  }
  if (email.trim() === '') throw usageError('the order is empty: there is no email to read');
  return { id, request: { email, customer: { id: customer, paymentMethod } } };
}

function splitHeader(text: string): { header: Record<string, string>; email: string } {
  const [, block, email] = /^---\r?\n(.*?)\r?\n---\r?\n(.*)$/s.exec(text) ?? [];
  if (block === undefined || email === undefined) return { header: {}, email: text };
  const header: Record<string, string> = {};
  for (const line of block.split(/\r?\n/)) {
    const [, key, value] = /^([a-z-]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined || !fields.some((field) => field.header === key)) {
      const known = fields.map((field) => field.header).join(', ');
      throw usageError(
        `the header of the order's file has a line that is none of ${known}: ${line}`,
      );
    }
    header[key] = value;
  }
  return { header, email };
}
