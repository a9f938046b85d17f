import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pythonWith } from '../../dev/servers/python-packages.ts';
import type { ServerProcess } from '../../src/servers/server-process.ts';
import { installPackage } from '../install-package.ts';
import { freePort, node, root, startServing } from './processes.ts';

/** A gateway process that is under way. */
export interface Running {
  /** What a client has as its base URL. */
  readonly baseUrl: string;
  readonly port: number;
  readonly process: ServerProcess;
}

/** A way to the provider. */
export interface Contender {
  readonly id: 'holdfast' | 'litellm' | 'portkey';
  readonly title: string;
  /** How the model of a route is named there. */
  readonly model: (route: string) => string;
  /** Headers that its clients send besides, for the provider's route. */
  readonly headers: (routeUrl: string) => Record<string, string>;
  /** Starts one more process of it. */
  readonly start: () => Promise<Running>;
}

/** A contender, or why there is none. */
export type Found = Contender | { readonly id: Contender['id']; readonly missing: string };

/** What all contenders are given. */
export interface Setting {
  readonly providerUrl: string;
  /** Ways of the provider, by name: `after-50` is at `after/50`. */
  readonly routes: readonly string[];
  readonly folder: string;
  /** Of Temporal, for the one that has it. */
  readonly env: Record<string, string>;
}

export const routeUrl = (providerUrl: string, route: string) =>
  `${providerUrl}/${route.replace('-', '/')}/v1`;

export async function holdfast({ providerUrl, routes, folder, env }: Setting): Promise<Contender> {
  const providers = routes.map((name) => ({
    ...{ name, baseUrl: routeUrl(providerUrl, name), maximumInFlight: 20_000 },
  }));
  const file = path.join(folder, 'providers.json');
  await writeFile(file, JSON.stringify(providers));
  return {
    ...{ id: 'holdfast', title: 'Holdfast', model: (route) => `${route}:m`, headers: () => ({}) },
    async start() {
      const port = await freePort();
      const started = await startServing(
        'the gateway',
        [node, path.join(root, 'src/holdfast.ts'), 'gateway'],
        {
          ...{ port, cwd: folder },
          env: { ...env, HOLDFAST_GATEWAY_ADDRESS: `127.0.0.1:${port}` },
        },
      );
      return { port, baseUrl: `http://127.0.0.1:${port}/v1`, process: started };
    },
  };
}

const liteLlm = 'litellm[proxy]==1.108.7';

export async function litellm({ providerUrl, routes, folder }: Setting): Promise<Found> {
  const found = await pythonWith(liteLlm);
  if ('reason' in found) return { id: 'litellm', missing: found.reason };
  const config = path.join(folder, 'litellm.json');
  const models = routes.map((route) => ({
    model_name: route,
    litellm_params: {
      ...{ model: 'openai/m', api_key: 'any', api_base: routeUrl(providerUrl, route) },
    },
  }));
  // JSON is YAML.
  await writeFile(config, JSON.stringify({ model_list: models }));
  return {
    ...{ id: 'litellm', title: `LiteLLM ${liteLlm.split('==')[1]}` },
    ...{ model: (route) => route, headers: () => ({}) },
    async start() {
      const port = await freePort();
      const serve = 'from litellm import run_server; run_server()';
      const args = ['--config', config, '--host', '127.0.0.1', '--port', String(port)];
      const started = await startServing('LiteLLM', [found.python, '-c', serve, ...args], {
        ...{ port, cwd: folder },
        env: {
          LITELLM_LOCAL_MODEL_COST_MAP: 'True',
          LITELLM_LOG: 'ERROR',
          // Nobody is asked for a key by any of them.
          LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY: 'true',
        },
      });
      return { port, baseUrl: `http://127.0.0.1:${port}/v1`, process: started };
    },
  };
}

export async function portkey({ folder }: Setting): Promise<Found> {
  try {
    await installPackage('bench/gateway');
  } catch (error) {
    return { id: 'portkey', missing: (error as Error).message.split('\n')[1] ?? 'npm failed' };
  }
  const file = 'node_modules/@portkey-ai/gateway/build/start-server.js';
  return {
    ...{ id: 'portkey', title: 'Portkey 1.15.2', model: () => 'm' },
    headers: (url) => ({ 'x-portkey-provider': 'openai', 'x-portkey-custom-host': url }),
    async start() {
      const port = await freePort();
      const started = await startServing(
        'Portkey',
        [node, path.join(import.meta.dirname, file), `--port=${port}`, '--headless'],
        { port, cwd: folder, env: { TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost' } },
      );
      return { port, baseUrl: `http://127.0.0.1:${port}/v1`, process: started };
    },
  };
}
