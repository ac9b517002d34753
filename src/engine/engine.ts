import { EngineError } from "./errors.ts";
import type { ModelValue } from "./onnx.ts";
import { compiledProgram, eagerProgram, type Program } from "./program.ts";
import { trace, type Shape, type TensorFunction } from "./trace.ts";

export { EngineError, type EngineFault } from "./errors.ts";
export type { Program } from "./program.ts";
export { eagerBackend, stopGradient, tf } from "./tf.ts";
export type { Shape, TensorFunction, Tensors } from "./trace.ts";

export interface CompileOptions {
  /** "compiled" (default) runs on ONNX Runtime, "eager" on the installed tfjs backend; both obey the same rules. */
  readonly mode?: "compiled" | "eager";
  /** Arrays to use for inputs and outputs of these names, e.g. views of one flat weight array; others are allocated, zeroed. */
  readonly buffers?: Readonly<Record<string, Float32Array>>;
  /** Threads of ONNX Runtime, default 1. */
  readonly threads?: number;
}

/**
 * Compiles a tfjs function for fixed input shapes. `f` is run once on placeholders, so it must be pure: weights, noise and whatever
 * else changes are inputs.
 * Throws EngineError: "engine.kernel" (an operation that cannot be compiled), "engine.constant" (a captured or random value),
 * "engine.shape" (a buffer that does not fit, an output that is not float32).
 */
export async function compile(
  f: TensorFunction,
  shapes: Readonly<Record<string, Shape>>,
  { mode = "compiled", buffers = {}, threads = 1 }: CompileOptions = {},
): Promise<Program> {
  const model = trace(f, shapes);
  const bind = (kind: string, values: readonly ModelValue[]): Record<string, Float32Array> =>
    Object.fromEntries(values.map((value) => [value.name, fitting(kind, value, buffers[value.name])]));
  const inputs = bind("input", model.inputs);
  const outputs = bind("output", model.outputs);
  for (const name of Object.keys(buffers))
    if (!(name in inputs || name in outputs))
      throw new EngineError("engine.shape", `a buffer is given for "${name}", but the function has no such input or output`, {
        name,
      });
  return mode === "eager" ? eagerProgram(f, model, inputs, outputs) : compiledProgram(model, inputs, outputs, threads);
}

function fitting(kind: string, { name, shape }: ModelValue, buffer: Float32Array | undefined): Float32Array {
  const needed = shape.reduce((size, d) => size * d, 1);
  const array = buffer ?? new Float32Array(needed);
  const refuse = (why: string): EngineError =>
    new EngineError("engine.shape", `the ${kind} "${name}" of shape [${shape.join(", ")}] needs ${needed} numbers; ${why}`, {
      name,
      shape,
    });
  if (!(array instanceof Float32Array)) throw refuse("its buffer is not a Float32Array");
  if (array.length !== needed) throw refuse(`its buffer holds ${array.length}`);
  if (!(array.buffer instanceof ArrayBuffer)) throw refuse("its buffer is shared memory, which ONNX Runtime refuses; copy it");
  return array;
}
