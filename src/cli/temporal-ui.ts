/** A workflow's address in the Temporal UI, or that of all; `undefined` where it is not known. */
export type TemporalUi = (workflowId?: string) => string | undefined;

/**
 * Links into the Temporal UI. Temporal Cloud's UI is found by the server's address; any other has
 * to be configured.
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
