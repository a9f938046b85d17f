import type { EffectResources } from '../effects/targets/configured-targets.ts';

/** What an effect is made from when a worker starts. */
export interface MakeResources<Config = unknown> extends EffectResources {
  /** The effect's own variables, as its `config` reads them from the environment. */
  readonly config: Config;
}
