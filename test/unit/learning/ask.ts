import type { Tensors } from "../../../src/engine/engine.ts";
import type { tf } from "../../../src/engine/engine.ts";
import { evaluate } from "../engine/reference.ts";

/** The two ways to run a function of the engine: every exact test runs in both. */
export const MODES = ["compiled", "eager"] as const;
export type Mode = (typeof MODES)[number];

/** A tensor in full: shape and values. */
export type Given = readonly [shape: readonly number[], values: readonly number[]];

/** What `f` puts out on these inputs. */
export const ask = (mode: Mode, f: (inputs: Tensors) => Record<string, tf.Tensor>, inputs: Readonly<Record<string, Given>>) =>
  evaluate(
    f,
    Object.fromEntries(Object.entries(inputs).map(([name, [shape]]) => [name, shape])),
    Object.fromEntries(Object.entries(inputs).map(([name, [, values]]) => [name, Float64Array.from(values)])),
    mode,
  );

/** Each number within `tolerance` of what is wanted. */
export const near = (found: ArrayLike<number>, wanted: readonly number[], tolerance = 1e-5): boolean =>
  found.length === wanted.length && wanted.every((w, i) => Math.abs(found[i]! - w) <= tolerance * Math.max(1, Math.abs(w)));
