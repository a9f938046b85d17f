/**
 * The first part of every idempotency key: as configured, otherwise the Temporal namespace.
 * Characters of a namespace that a scope may not have become dashes.
 *
 * @param configured `HOLDFAST_SCOPE`
 */
export function scopeFor(configured: string | undefined, namespace: string): string {
  return configured ?? namespace.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 40);
}
