import { writeBundle } from "../src/policy/bundle.ts";
import type { Bundle, BundleManifest } from "../src/policy/bundle.ts";
import type { SmacConfig } from "../src/learning/config.ts";
import type { DomainSpec } from "../src/domain/experience.ts";
import type { Remote } from "./rpc.ts";
import type { TrainerHandlers } from "./trainer.ts";

/** Explorations before the scored episode (docs/learning.md 1.6), and the longest context a belief is computed from. */
const EXPLORATIONS = 2;

/** How a config wants to be tested: it explores as it practised, and no context is longer than the encoder was trained for (P1). */
export const metaTestOf = (config: SmacConfig, preset: string): BundleManifest["metaTest"] => ({
  explorations: EXPLORATIONS,
  latentPeriod: config.practice.latentPeriod,
  scoredLatent: preset === "paper" ? "drawn" : "mean",
  // The released code hands the encoder everything it has seen; `default` never more than it was trained with.
  contextRows: preset === "paper" ? 512 : config.context.count,
});

/** Writes the trainer's present weights as a bundle. */
export async function bundleOf(
  trainer: Remote<TrainerHandlers>,
  directory: string,
  about: {
    readonly spec: DomainSpec;
    readonly config: SmacConfig;
    readonly preset: string;
    readonly provenance: BundleManifest["provenance"];
  },
): Promise<Bundle> {
  const { spec, config, preset, provenance } = about;
  const [tensors, shapes] = [await trainer.call("weights", undefined), await trainer.call("shapes", undefined)];
  return writeBundle(
    directory,
    {
      spec: { ...spec, observation: [...spec.observation], action: [...spec.action] },
      nets: {
        latent: config.nets.latent,
        encoder: [...config.nets.encoder],
        decoder: [...config.nets.decoder],
        policy: [...config.nets.policy],
        critic: [...config.nets.critic],
      },
      head: config.head,
      algorithm: "smac",
      preset,
      config: config as unknown as Record<string, unknown>,
      metaTest: metaTestOf(config, preset),
      provenance,
    },
    Object.fromEntries(Object.entries(tensors).map(([name, data]) => [name, { shape: shapes[name]!, data }])),
  );
}
