import { type Connection, ServiceError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { holdfastState } from '../wire/search-attributes.ts';

/** `temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD` */
const keyword = 2;

/**
 * Makes the server know our search attribute, since upserting an unknown one fails the workflow
 * task for ever. Where that is not allowed (Temporal Cloud has its own tool), starts go without it
 * and workflows keep their state in the memo.
 *
 * @returns whether workflows can be found by the attribute.
 */
export async function registerSearchAttributes(
  connection: Connection | NativeConnection,
  namespace: string,
): Promise<boolean> {
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: { [holdfastState.name]: keyword },
    });
    return true;
  } catch (error) {
    const { cause } = error instanceof ServiceError ? error : { cause: error };
    return cause instanceof Error && /already exist/i.test(cause.message);
  }
}
