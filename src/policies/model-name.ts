/** `openai` of `openai:gpt-4o-mini`; empty where there is none. */
export function providerOf(model: string): string {
  return model.slice(0, Math.max(0, model.indexOf(':')));
}

/** `gpt-4o-mini` of `openai:gpt-4o-mini`: what the provider itself calls the model. */
export function modelNameOf(model: string): string {
  return model.slice(model.indexOf(':') + 1);
}
