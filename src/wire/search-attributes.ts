import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** `running`, `held` while a call sleeps long, or what the workflow waits for: find all with `HoldfastState = "ApprovalRequired"`; several types are joined by `, `. */
export const holdfastState = defineSearchAttributeKey('HoldfastState', SearchAttributeType.KEYWORD);

/** The state of a workflow whose call sleeps for over a minute, since nothing is to be sent for it. */
export const heldState = 'held';
