/** What names the scopes. */
interface ScopeVariables {
  readonly HOLDFAST_SCOPES?: string | undefined;
  readonly HOLDFAST_SCOPE?: string | undefined;
}

/**
 * The scopes that a worker serves: the first parts of idempotency keys. The first one is that of new
 * workflows; those that began under another go on under it.
 *
 * @param configured `HOLDFAST_SCOPES`, or `HOLDFAST_SCOPE` for one.
 * @param namespace of Temporal, whose name it is where nothing is configured: characters that a scope
 *   may not have become dashes.
 */
export function scopesFor(
  configured: ScopeVariables,
  namespace: string,
): { readonly scope: string; readonly otherScopes: readonly string[] } {
  const { HOLDFAST_SCOPES: several, HOLDFAST_SCOPE: one } = configured;
  const own = one ?? namespace.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 40);
  const [scope = own, ...otherScopes] = several?.split(',') ?? [own];
  return { scope, otherScopes };
}

/** All of them. */
export function scopesServed(configured: ScopeVariables, namespace: string): readonly string[] {
  const { scope, otherScopes } = scopesFor(configured, namespace);
  return [scope, ...otherScopes];
}
