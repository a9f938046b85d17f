/**
 * The first part of every idempotency key: as configured, otherwise the Temporal namespace. That may
 * have more characters than a scope: what does not fit becomes a dash.
 *
 * @param configured `HOLDFAST_SCOPE`
 */
export function scopeFor(configured: string | undefined, namespace: string): string {
  return configured ?? namespace.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 40);
}
