import { expect } from "chai";
import { tf, type Tensors } from "../../../src/engine/engine.ts";
import { dense, differences, evaluate, randomArrays, relativeError, type Arrays } from "./reference.ts";

// One inner gradient step, then the gradient of an outer loss through it, as MAML and MACAW need: the path tfjs loses silently.
const [IN, HIDDEN, OUT, BATCH, STEP] = [3, 8, 2, 16, 0.1] as const;
const PARAMETERS = { w0: [IN, HIDDEN], b0: [HIDDEN], w1: [HIDDEN, OUT], b1: [OUT] };
const SHAPES = { ...PARAMETERS, x: [BATCH, IN], y: [BATCH, OUT], x2: [BATCH, IN], y2: [BATCH, OUT] };
const NAMES = Object.keys(PARAMETERS) as (keyof typeof PARAMETERS)[];

interface Activation {
  readonly of: (x: tf.Tensor) => tf.Tensor;
  readonly exact: (x: number) => number;
  readonly slope: (x: number) => number;
}
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const ACTIVATIONS: Record<string, Activation> = {
  tanh: { of: tf.tanh, exact: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  relu: { of: tf.relu, exact: (x) => Math.max(0, x), slope: (x) => Number(x > 0) },
  softplus: { of: tf.softplus, exact: (x) => Math.log1p(Math.exp(x)), slope: sigmoid },
  sigmoid: { of: tf.sigmoid, exact: sigmoid, slope: (x) => sigmoid(x) * (1 - sigmoid(x)) },
  exp: { of: tf.exp, exact: Math.exp, slope: Math.exp },
  elu: { of: tf.elu, exact: (x) => (x > 0 ? x : Math.expm1(x)), slope: (x) => (x > 0 ? 1 : Math.exp(x)) },
  "leaky relu": { of: (x) => tf.leakyRelu(x, 0.2), exact: (x) => Math.max(x, 0.2 * x), slope: (x) => (x > 0 ? 1 : 0.2) },
  clip: {
    of: (x) => tf.clipByValue(x, -0.5, 0.5),
    exact: (x) => Math.min(0.5, Math.max(-0.5, x)),
    slope: (x) => Number(Math.abs(x) < 0.5),
  },
  maximum: { of: (x) => tf.maximum(x, 0), exact: (x) => Math.max(0, x), slope: (x) => Number(x > 0) },
  minimum: { of: (x) => tf.minimum(x, 0.2), exact: (x) => Math.min(0.2, x), slope: (x) => Number(x < 0.2) },
  where: {
    of: (x) => tf.where(tf.greater(x, 0), tf.square(x), 0),
    exact: (x) => Math.max(0, x) ** 2,
    slope: (x) => 2 * Math.max(0, x),
  },
};

const meta =
  (activation: Activation["of"]) =>
  (inputs: Tensors): Tensors => {
    const loss = ([w0, b0, w1, b1]: tf.Tensor[], x: tf.Tensor, y: tf.Tensor): tf.Scalar =>
      tf.mean(tf.square(tf.sub(tf.add(tf.matMul(activation(tf.add(tf.matMul(x, w0!), b0!)), w1!), b1!), y)));
    const outer = (...p: tf.Tensor[]): tf.Scalar => {
      const inner = tf.grads((...q: tf.Tensor[]) => loss(q, inputs["x"]!, inputs["y"]!))(p);
      return loss(p.map((v, i) => tf.sub(v, tf.mul(STEP, inner[i]!))), inputs["x2"]!, inputs["y2"]!); // prettier-ignore
    };
    const { value, grads } = tf.valueAndGrads(outer)(NAMES.map((name) => inputs[name]!));
    return { value, ...Object.fromEntries(NAMES.map((name, i) => [`g.${name}`, grads[i]!])) };
  };

/** The outer loss in float64, its inner gradient written out by hand. */
const exactMeta =
  ({ exact, slope }: Activation) =>
  (p: Arrays): number => {
    const outputs = (q: Arrays, x: string, y: string) => {
      const before = dense(p[x]!, q["w0"]!, q["b0"]!);
      const after = before.map(exact);
      return { before, after, error: dense(after, q["w1"]!, q["b1"]!).map((v, i) => v - p[y]![i]!) };
    };
    const { before, after, error } = outputs(p, "x", "y");
    const moved: Arrays = Object.fromEntries(NAMES.map((name) => [name, p[name]!.slice()]));
    for (let row = 0; row < BATCH; row++)
      for (let o = 0; o < OUT; o++) {
        const d = (STEP * 2 * error[row * OUT + o]!) / (BATCH * OUT);
        moved["b1"]![o]! -= d;
        for (let j = 0; j < HIDDEN; j++) {
          moved["w1"]![j * OUT + o]! -= d * after[row * HIDDEN + j]!;
          const back = d * p["w1"]![j * OUT + o]! * slope(before[row * HIDDEN + j]!);
          moved["b0"]![j]! -= back;
          for (let i = 0; i < IN; i++) moved["w0"]![i * HIDDEN + j]! -= back * p["x"]![row * IN + i]!;
        }
      }
    const { error: left } = outputs(moved, "x2", "y2");
    return left.reduce((sum, e) => sum + e * e, 0) / left.length;
  };

describe("Second derivatives of the engine", () => {
  const values = randomArrays(SHAPES, "maml");
  for (const [name, activation] of Object.entries(ACTIVATIONS))
    for (const mode of ["compiled", "eager"] as const)
      it(`of a net with ${name} units agree, ${mode}, with float64 finite differences`, async () => {
        const exact = exactMeta(activation);
        const wanted = differences(exact, values, NAMES);
        const found = await evaluate(meta(activation.of), SHAPES, values, mode);
        expect(found["value"]![0]).to.be.closeTo(exact(values), 1e-5);
        for (const parameter of NAMES)
          expect(relativeError(found[`g.${parameter}`]!, wanted[parameter]!), parameter).to.be.below(1e-5);
      });

  const pointwise: Record<string, [(x: tf.Tensor) => tf.Tensor, (x: Float64Array) => number]> = {
    softmax: [
      (x) => tf.sum(tf.mul(tf.softmax(x), [1, -2, 3, 0.5])),
      (x) => {
        const e = x.map(Math.exp);
        return e.reduce((sum, v, i) => sum + v * [1, -2, 3, 0.5][i]!, 0) / e.reduce((sum, v) => sum + v, 0);
      },
    ],
    "power of itself": [(x) => tf.sum(tf.pow(tf.exp(x), x)), (x) => x.reduce((sum, v) => sum + Math.exp(v) ** v, 0)],
    tile: [
      (x) =>
        tf.sum(
          tf.mul(
            tf.exp(tf.tile(x, [3])),
            Array.from({ length: 12 }, (_, i) => i + 1),
          ),
        ),
      (x) => x.reduce((sum, v, i) => sum + Math.exp(v) * (3 * i + 15), 0),
    ],
    "log-sum-exp": [(x) => tf.square(tf.logSumExp(x)), (x) => Math.log(x.reduce((sum, v) => sum + Math.exp(v), 0)) ** 2],
  };
  for (const [name, [f, exact]] of Object.entries(pointwise))
    it(`of ${name} agree with float64 finite differences of finite differences`, async () => {
      const x = randomArrays({ x: [4] }, name)["x"]!;
      const outer = (v: tf.Tensor) => tf.sum(tf.square(tf.grad((u: tf.Tensor) => tf.sum(f(u)))(v)));
      const squared = (v: Arrays) => differences((u) => exact(u["x"]!), v, ["x"], 1e-4)["x"]!.reduce((sum, g) => sum + g * g, 0);
      const wanted = differences(squared, { x }, ["x"], 1e-4)["x"]!;
      for (const mode of ["compiled", "eager"] as const) {
        const { g } = await evaluate((t) => ({ g: tf.grad(outer)(t["x"]!) }), { x: [4] }, { x }, mode);
        expect(relativeError(g!, wanted), mode).to.be.below(1e-4);
      }
    });
});
