import { expect } from "chai";
import { stopGradient, tf, type Tensors } from "../../../src/engine/engine.ts";
import { dense, differences, evaluate, randomArrays, relativeError, type Arrays } from "./reference.ts";

// The pieces of the losses we train with: a product of Gaussians over a context, a tanh-Gaussian policy, a softmax-weighted regression.
const [TASKS, ROWS, IN, HIDDEN, Z, OBS, ACT] = [2, 5, 4, 6, 3, 3, 2] as const;
const BATCH = TASKS * ROWS;
const PARAMETERS = {
  "enc.w0": [IN, HIDDEN], "enc.b0": [HIDDEN], "enc.w1": [HIDDEN, 2 * Z], "enc.b1": [2 * Z],
  "pol.w0": [OBS + Z, HIDDEN], "pol.b0": [HIDDEN], "pol.w1": [HIDDEN, 2 * ACT], "pol.b1": [2 * ACT],
  "val.w0": [OBS + Z, HIDDEN], "val.b0": [HIDDEN], "val.w1": [HIDDEN, 1], "val.b1": [1],
} as const; // prettier-ignore
const SHAPES = {
  ...PARAMETERS,
  context: [BATCH, IN],
  obs: [BATCH, OBS],
  action: [BATCH, ACT],
  target: [BATCH, 1],
  noise: [TASKS, Z],
};
const NAMES = Object.keys(PARAMETERS);

function loss(p: Tensors): tf.Scalar {
  const mlp = (net: string, x: tf.Tensor): tf.Tensor => {
    const hidden = tf.relu(tf.add(tf.matMul(x, p[`${net}.w0`]!), p[`${net}.b0`]!));
    return tf.add(tf.matMul(hidden, p[`${net}.w1`]!), p[`${net}.b1`]!);
  };
  const [mu, raw] = tf.split(tf.reshape(mlp("enc", p["context"]!), [TASKS, ROWS, 2 * Z]), 2, 2) as [tf.Tensor, tf.Tensor];
  const precision = tf.div(1, tf.maximum(tf.softplus(raw), 1e-7));
  const variance = tf.div(1, tf.sum(precision, 1));
  const mean = tf.mul(variance, tf.sum(tf.mul(mu, precision), 1));
  const kl = tf.mul(0.5, tf.sum(tf.sub(tf.sub(tf.add(variance, tf.square(mean)), 1), tf.log(variance))));
  const z = tf.add(mean, tf.mul(tf.sqrt(variance), p["noise"]!));
  const rows = tf.reshape(tf.mul(tf.expandDims(z, 1), tf.ones([TASKS, ROWS, Z])), [BATCH, Z]);
  const x = tf.concat([p["obs"]!, rows], 1);

  const [centre, rawStd] = tf.split(mlp("pol", x), 2, 1) as [tf.Tensor, tf.Tensor];
  const logStd = tf.clipByValue(rawStd, -0.5, 0.5);
  const a = p["action"]!;
  const u = tf.mul(0.5, tf.sub(tf.log1p(a), tf.log1p(tf.neg(a))));
  const e = tf.mul(tf.sub(u, centre), tf.exp(tf.neg(logStd)));
  const squash = tf.log(tf.sub(1 + 1e-6, tf.square(a)));
  const logp = tf.sum(tf.sub(tf.sub(tf.mul(-0.5, tf.square(e)), logStd), squash), 1, true);

  const value = mlp("val", x);
  const weights = tf.reshape(tf.softmax(tf.reshape(value, [TASKS, ROWS])), [BATCH, 1]);
  const regression = tf.sum(tf.mul(weights, tf.square(tf.sub(value, p["target"]!))));
  return tf.add(tf.add(tf.neg(tf.mean(logp)), regression), tf.mul(0.1, kl)) as tf.Scalar;
}

function reference(p: Arrays): number {
  const mlp = (net: string, x: Float64Array): Float64Array =>
    dense(
      dense(x, p[`${net}.w0`]!, p[`${net}.b0`]!).map((h) => Math.max(h, 0)),
      p[`${net}.w1`]!,
      p[`${net}.b1`]!,
    );
  const encoded = mlp("enc", p["context"]!);
  const x: number[] = [];
  let kl = 0;
  for (let task = 0; task < TASKS; task++) {
    const z: number[] = [];
    for (let k = 0; k < Z; k++) {
      let precision = 0;
      let weighted = 0;
      for (let row = 0; row < ROWS; row++) {
        const at = (task * ROWS + row) * 2 * Z + k;
        const one = 1 / Math.max(Math.log1p(Math.exp(encoded[at + Z]!)), 1e-7);
        precision += one;
        weighted += one * encoded[at]!;
      }
      const [mean, variance] = [weighted / precision, 1 / precision];
      kl += 0.5 * (variance + mean * mean - 1 - Math.log(variance));
      z.push(mean + Math.sqrt(variance) * p["noise"]![task * Z + k]!);
    }
    for (let row = 0; row < ROWS; row++)
      x.push(...p["obs"]!.slice((task * ROWS + row) * OBS, (task * ROWS + row + 1) * OBS), ...z);
  }
  const policy = mlp("pol", Float64Array.from(x));
  const value = mlp("val", Float64Array.from(x));
  let logp = 0;
  let regression = 0;
  for (let row = 0; row < BATCH; row++) {
    for (let k = 0; k < ACT; k++) {
      const a = p["action"]![row * ACT + k]!;
      const logStd = Math.min(0.5, Math.max(-0.5, policy[row * 2 * ACT + ACT + k]!));
      const e = (Math.atanh(a) - policy[row * 2 * ACT + k]!) / Math.exp(logStd);
      logp += -0.5 * e * e - logStd - Math.log(1 + 1e-6 - a * a);
    }
    const first = Math.floor(row / ROWS) * ROWS;
    const partition = value.slice(first, first + ROWS).reduce((sum, v) => sum + Math.exp(v), 0);
    regression += (Math.exp(value[row]!) / partition) * (value[row]! - p["target"]![row]!) ** 2;
  }
  return -logp / BATCH + regression + 0.1 * kl;
}

describe("Gradients of the engine", () => {
  const values = randomArrays(SHAPES, "composite");
  values["action"] = values["action"]!.map((a) => Math.fround(Math.tanh(a)));
  const wanted = differences(reference, values, NAMES);

  for (const mode of ["compiled", "eager"] as const)
    it(`agree, ${mode}, with float64 finite differences of a loss written without the engine`, async () => {
      const f = (inputs: Tensors): Tensors => {
        const named = (xs: tf.Tensor[]) => ({ ...inputs, ...Object.fromEntries(NAMES.map((name, i) => [name, xs[i]!])) });
        const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => loss(named(xs)))(NAMES.map((name) => inputs[name]!));
        return { value, ...Object.fromEntries(NAMES.map((name, i) => [`g.${name}`, grads[i]!])) };
      };
      const found = await evaluate(f, SHAPES, values, mode);
      expect(found["value"]![0]).to.be.closeTo(reference(values), 1e-5);
      for (const name of NAMES) expect(relativeError(found[`g.${name}`]!, wanted[name]!), name).to.be.below(2e-5);
    });

  it("do not flow through stopGradient, and flow beside it", async () => {
    // d/dx sum(x * stop(x^2)) = x^2, where without the stop it would be 3 x^2.
    const f = ({ x }: Tensors): Tensors => ({
      g: tf.grad((v: tf.Tensor) =>
        tf.sum(
          tf.mul(
            v,
            stopGradient(() => tf.square(v)),
          ),
        ),
      )(x!),
      same: tf.grad((v: tf.Tensor) =>
        tf.sum(
          tf.mul(
            v,
            stopGradient(() => v),
          ),
        ),
      )(x!),
    });
    const x = Float64Array.of(-2, 0.5, 3);
    for (const mode of ["compiled", "eager"] as const) {
      const { g, same } = await evaluate(f, { x: [3] }, { x }, mode);
      expect([...g!]).to.deep.equal([4, 0.25, 9]);
      expect([...same!]).to.deep.equal([-2, 0.5, 3]);
    }
  });
});
