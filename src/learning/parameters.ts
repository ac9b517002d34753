import type { DomainSpec } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import type { Shape } from "../engine/engine.ts";
import { criticShapes, deployedShapes } from "../policy/nets.ts";
import type { LearnerConfig, SmacConfig } from "./config.ts";

/** Named weights as views of one flat array, so that an optimiser is one loop and a file is one copy. Owner: whoever made it. */
export interface Weights {
  readonly flat: Float32Array;
  readonly views: Readonly<Record<string, Float32Array>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

export const size = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

export function weights(shapes: Readonly<Record<string, Shape>>): Weights {
  const flat = new Float32Array(Object.values(shapes).reduce((n, shape) => n + size(shape), 0));
  let at = 0;
  const views = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, flat.subarray(at, (at += size(shape)))]));
  return { flat, views, shapes };
}

/** Trained parameters of SMAC: encoder, decoder, policy and twin critics. */
export const smacShapes = (spec: DomainSpec, config: SmacConfig): Record<string, Shape> => ({
  ...deployedShapes(spec, config.nets, config.head),
  ...criticShapes(spec, config.nets, "q1"),
  ...criticShapes(spec, config.nets, "q2"),
});
/** Target critics, which follow by Polyak averaging. */
export const targetShapes = (spec: DomainSpec, config: SmacConfig): Record<string, Shape> => ({
  ...criticShapes(spec, config.nets, "t1"),
  ...criticShapes(spec, config.nets, "t2"),
});

/** Gates begin near 1 for a z of ordinary size. */
const GATE = 0.3;

/**
 * Initial weights. "released": hidden uniform +-1/sqrt(output width), last layer +-3e-3 (policy +-1e-3), biases 0 (docs/learning.md 1.2);
 * "fan-in": hidden uniform +-sqrt(6 / input width) (He et al. 2015), last layers as released. Gates, which the released code has not, +-0.3.
 */
export function initialise(target: Weights, init: LearnerConfig["init"], rng: Rng): void {
  for (const [name, shape] of Object.entries(target.shapes)) {
    const view = target.views[name]!;
    const [net, leaf] = name.split(".") as [string, string];
    const last = !(`${net}.w${Number(leaf.slice(1)) + 1}` in target.shapes);
    const bound =
      leaf[0] === "b"
        ? 0
        : leaf[0] === "g"
          ? GATE
          : last
            ? net === "pi"
              ? 1e-3
              : 3e-3
            : init === "released"
              ? 1 / Math.sqrt(shape[1]!)
              : Math.sqrt(6 / shape[0]!);
    for (let i = 0; i < view.length; i++) view[i] = rng.between(-bound, bound);
  }
}
