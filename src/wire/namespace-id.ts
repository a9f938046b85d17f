/** A client of Temporal, as far as it is asked here. */
interface NamespaceClient {
  readonly options: { readonly namespace: string };
  readonly workflowService: {
    describeNamespace(asked: { readonly namespace: string }): Promise<{
      readonly namespaceInfo?: { readonly id?: string | null } | null;
    }>;
  };
}

/**
 * Names a namespace and no other one, on whatever server: names and addresses are the same on many
 * machines. A server that gives it no id has its name alone.
 */
export async function namespaceIdOf({
  options: { namespace },
  workflowService,
}: NamespaceClient): Promise<string> {
  const { namespaceInfo } = await workflowService
    .describeNamespace({ namespace })
    .catch(() => ({ namespaceInfo: undefined }));
  return namespaceInfo?.id || namespace;
}
