/** Where a person can look: `undefined` as long as nobody said where the UI is. */
export type TemporalUi = (workflowId?: string) => string | undefined;

/**
 * Links into the Temporal UI. Temporal Cloud's is known by its address; a server of one's own says
 * nothing about its UI, so that one is configured.
 *
 * @param configured `HOLDFAST_UI_URL`
 */
export function temporalUi(
  configured: string | undefined,
  { address, namespace }: { readonly address: string; readonly namespace: string },
): TemporalUi {
  const isCloud = /\.(tmprl\.cloud|api\.temporal\.io)(:\d+)?$/.test(address);
  const base = configured ?? (isCloud ? 'https://cloud.temporal.io' : undefined);
  if (base === undefined) return () => undefined;
  const all = `${base.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows`;
  return (id) => (id === undefined ? all : `${all}/${encodeURIComponent(id)}`);
}
