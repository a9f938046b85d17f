import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** `running`, or what the workflow waits for: find all with `HoldfastState = "ApprovalRequired"`. */
export const holdfastState = defineSearchAttributeKey('HoldfastState', SearchAttributeType.KEYWORD);
