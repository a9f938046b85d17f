/** gRPC's DEADLINE_EXCEEDED and UNAVAILABLE. */
const codes: readonly unknown[] = [4, 14];

/** Whether an error of the Temporal client means that the server could not be asked, for now. */
export function isUnreachable(error: unknown): boolean {
  for (let link = error; link instanceof Error; link = link.cause) {
    if ('code' in link && codes.includes(link.code)) return true;
  }
  return false;
}
