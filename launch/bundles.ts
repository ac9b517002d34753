import { writeBundle } from "../src/policy/bundle.ts";
import type { Bundle, BundleManifest } from "../src/policy/bundle.ts";
import type { AlgorithmName } from "../src/learning/algorithms.ts";
import type { LearnerConfig } from "../src/learning/config.ts";
import { CONTEXT_ROWS } from "../src/policy/agent.ts";
import type { MacawConfig } from "../src/learning/macaw.ts";
import { RECALLED, recalledWidths } from "../src/policy/recall.ts";
import type { Recalled } from "../src/policy/recall.ts";
import type { DomainSpec } from "../src/domain/experience.ts";
import type { Remote } from "./rpc.ts";
import type { TrainerHandlers } from "./trainer.ts";

/** Explorations before the scored episode (docs/learning.md 1.6), and the longest context a belief is computed from. */
const EXPLORATIONS = 2;

/** Training tasks that exploring remembers of a scene: about as many as its aims, a few times over. */
const NEAR = 20;

/** How a config wants to be tested: under the prior it explores as it practised, and no context is longer than the encoder was trained for (P1). */
export const metaTestOf = (config: LearnerConfig, preset: string): BundleManifest["metaTest"] => ({
  explorations: EXPLORATIONS,
  latentPeriod: config.practice?.latentPeriod ?? "episode",
  scoredLatent: preset === "paper" && config.nets.latent > 0 ? "drawn" : "mean",
  // The released code hands the encoder everything it has seen; `default` never more than it was trained with.
  contextRows: preset === "paper" && config.nets.latent > 0 ? 512 : (config.context?.count ?? CONTEXT_ROWS),
  // Without a z that differs from episode to episode, a mean action would explore the same thing twice.
  ...(config.nets.latent === 0 ? { sampleActions: true } : {}),
  // What a decoder of two values expects can be held against what comes. The released code explores under the prior.
  ...(preset === "default" && config.head === "bernoulli" ? { recall: { near: NEAR } } : {}),
});

/** What MACAW's gradient step is taken with at a meta-test; others have none. */
const adaptationOf = (config: LearnerConfig): BundleManifest["adaptation"] => {
  const { discount, rewardScale, temperature, sigma } = config as Partial<MacawConfig>;
  return discount !== undefined && rewardScale !== undefined && temperature !== undefined && sigma !== undefined
    ? { discount, rewardScale, temperature, sigma }
    : undefined;
};

const remembered = (recalled: Recalled, latent: number, spec: DomainSpec) =>
  Object.fromEntries(
    RECALLED.map((name) => {
      const [data, width] = [recalled[name], recalledWidths(spec, latent)[name]];
      return [name, { shape: [data.length / width, width], data }];
    }),
  );

/** Writes the trainer's present weights as a bundle. */
export async function bundleOf(
  trainer: Remote<TrainerHandlers>,
  directory: string,
  about: {
    readonly spec: DomainSpec;
    readonly algo?: AlgorithmName;
    readonly config: LearnerConfig;
    readonly preset: string;
    readonly provenance: BundleManifest["provenance"];
  },
): Promise<Bundle> {
  const { spec, algo = "smac", config, preset, provenance } = about;
  const { transform, advantage, decoderSees, decoders, gated, gatedDecoder } = config.nets;
  const adaptation = algo === "macaw" ? adaptationOf(config) : undefined;
  const metaTest = metaTestOf(config, preset);
  const rows = Math.min(metaTest.contextRows, metaTest.explorations * spec.horizon);
  const metrics = {
    ...provenance.metrics,
    ...(config.nets.latent > 0 ? { offlineKl: await trainer.call("offlineKl", { rows }) } : {}),
  };
  const recalled = metaTest.recall ? await trainer.call("recalled", { rows: metaTest.contextRows }) : undefined;
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
        ...(decoderSees === undefined ? {} : { decoderSees }),
        ...(decoders === undefined ? {} : { decoders }),
        ...(gated === undefined ? {} : { gated }),
        ...(gatedDecoder === undefined ? {} : { gatedDecoder }),
        ...(transform === undefined ? {} : { transform }),
        ...(advantage === undefined ? {} : { advantage: [...advantage] }),
      },
      head: config.head,
      algorithm: algo,
      preset,
      config: config as unknown as Record<string, unknown>,
      metaTest,
      ...(adaptation ? { adaptation } : {}),
      provenance: { ...provenance, metrics },
    },
    {
      ...Object.fromEntries(Object.entries(tensors).map(([name, data]) => [name, { shape: shapes[name]!, data }])),
      ...(recalled ? remembered(recalled, config.nets.latent, spec) : {}),
    },
  );
}
