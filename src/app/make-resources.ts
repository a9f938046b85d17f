import type { EffectResources } from '../effects/targets/configured-targets.ts';

/**
 * What an effect is made from when a worker starts. It lies apart: its types are those of Stripe's and
 * GitHub's SDKs, which who imports the definitions need not have.
 */
export interface MakeResources<Config = unknown> extends EffectResources {
  /** The effect's own variables, as its `config` reads them from the environment. */
  readonly config: Config;
}
