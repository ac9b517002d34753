import type { DomainSpec } from "../domain/experience.ts";
import { deployedShapes, ofDecoder } from "../policy/nets.ts";
import type { Algorithm } from "./algorithm.ts";
import type { SmacConfig } from "./config.ts";
import { Labeller } from "./labeller.ts";
import { batchShapes, LOSSES, smacUpdate } from "./losses.ts";
import { initialise, smacShapes, targetShapes } from "./parameters.ts";

/** SMAC (Pong et al., ICML 2022), docs/learning.md 1: its losses are in losses.ts, its labels in labeller.ts. */
export const smac = (spec: DomainSpec, config: SmacConfig): Algorithm => ({
  name: "smac",
  spec,
  config,
  losses: LOSSES,
  bounded: config.actor === "awac",
  trained: smacShapes(spec, config),
  targets: targetShapes(spec, config),
  sourceOf: (target) => target.replace(/^t/, "q"),
  deployed: deployedShapes(spec, config.nets, config.head),
  batch: (size) => batchShapes(spec, config, size),
  update: (size, online) => smacUpdate(spec, config, size, online),
  initialise: (weights, rng) => initialise(weights, config.init, rng),
  rate: (parameter, online) =>
    online && config.practice.encoder === "frozen" && (ofDecoder(parameter) || parameter.startsWith("enc."))
      ? 0
      : config.learningRate,
  scalars: (online, updates) => {
    const { lambdaPearl, rampUpdates } = config.practice;
    return { lambda: online ? lambdaPearl * Math.min(1, rampUpdates > 0 ? updates / rampUpdates : 1) : 0 };
  },
  labeller: (source) => Labeller.create(spec, config, source),
});
