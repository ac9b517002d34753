// Plain float64 arithmetic, written without the engine, against which the engine is judged.
import { compile, type Shape, type TensorFunction } from "../../../src/engine/engine.ts";
import { rng, type Rng } from "../../../src/domain/rng.ts";

export type Arrays = Record<string, Float64Array>;

export const volume = (shape: Shape): number => shape.reduce((size, d) => size * d, 1);

/** Random values, rounded to float32 so that both sides start from the same numbers. */
export function randomArrays(
  shapes: Readonly<Record<string, Shape>>,
  label: string,
  draw = (r: Rng) => 0.5 * r.normal(),
): Arrays {
  const r = rng("engine tests", label);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      Float64Array.from({ length: volume(shape) }, () => Math.fround(draw(r))),
    ]),
  );
}

/** Compiles `f`, runs it once on `values`, returns copies of the outputs. */
export async function evaluate(
  f: TensorFunction,
  shapes: Readonly<Record<string, Shape>>,
  values: Arrays,
  mode: "compiled" | "eager",
): Promise<Record<string, Float32Array>> {
  const program = await compile(f, shapes, { mode });
  try {
    for (const [name, array] of Object.entries(program.inputs)) array.set(values[name]!);
    await program.run();
    return Object.fromEntries(Object.entries(program.outputs).map(([name, array]) => [name, array.slice()]));
  } finally {
    await program.dispose();
  }
}

/** Central differences of a float64 scalar function with respect to the named arrays. */
export function differences(f: (values: Arrays) => number, values: Arrays, names: readonly string[], h = 1e-5): Arrays {
  return Object.fromEntries(
    names.map((name) => {
      const gradient = values[name]!.map((_, i) => {
        const at = (shift: number): number => {
          const moved = values[name]!.slice();
          moved[i]! += shift;
          return f({ ...values, [name]: moved });
        };
        return (at(h) - at(-h)) / (2 * h);
      });
      return [name, gradient];
    }),
  );
}

/** Largest difference over the largest value: NaN where either side is NaN, so that a comparison with it fails. */
export function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return NaN;
  let difference = 0;
  let size = 0;
  for (let i = 0; i < wanted.length; i++) {
    difference = Math.max(difference, Math.abs(found[i]! - wanted[i]!));
    size = Math.max(size, Math.abs(wanted[i]!));
  }
  return difference === 0 ? 0 : difference / size;
}

/** x [rows, i] times w [i, o] plus b [o]. */
export function dense(x: Float64Array, w: Float64Array, b: Float64Array): Float64Array {
  const outputs = b.length;
  const inputs = w.length / outputs;
  return Float64Array.from({ length: (x.length / inputs) * outputs }, (_, at) => {
    const row = Math.floor(at / outputs);
    const column = at % outputs;
    let sum = b[column]!;
    for (let i = 0; i < inputs; i++) sum += x[row * inputs + i]! * w[i * outputs + column]!;
    return sum;
  });
}
