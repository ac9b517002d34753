import { expect } from "chai";
import * as fc from "fast-check";
import { rng } from "../../../src/domain/rng.ts";
import { tf } from "../../../src/engine/engine.ts";
import {
  decodeReward,
  deployedShapes,
  encode,
  gaussianProduct,
  klToPrior,
  mlp,
  policyHead,
  sampleAction,
  tanhGaussianLogProb,
} from "../../../src/policy/nets.ts";
import { ask, MODES, near, type Given, type Mode } from "../learning/ask.ts";
import { tinyNets, tinySpec } from "../learning/tiny.ts";

/** Posterior of factors N(mean, variance) of one task in one dimension; masked where `used` is 0. */
const product = (mode: Mode, factors: readonly (readonly [mean: number, variance: number, used?: number])[]) =>
  ask(mode, ({ mu, s2, mask }) => gaussianProduct(mu!, s2!, mask!), {
    mu: [[1, factors.length, 1], factors.map((f) => f[0])],
    s2: [[1, factors.length, 1], factors.map((f) => f[1])],
    mask: [[1, factors.length, 1], factors.map((f) => f[2] ?? 1)],
  });

/** log pi of `actions` under tanh N(mean, exp(logStd)^2), one dimension a row. */
const logProb = async (mode: Mode, actions: readonly number[], mean = 0, logStd = 0) => {
  const n = actions.length;
  const { value } = await ask(mode, ({ a, m, s }) => ({ value: tanhGaussianLogProb({ mean: m!, logStd: s! }, a!) }), {
    a: [[n, 1], actions],
    m: [[n, 1], actions.map(() => mean)],
    s: [[n, 1], actions.map(() => logStd)],
  });
  return value!;
};

for (const mode of MODES) {
  describe(`a product of Gaussians, ${mode},`, () => {
    it("of one factor is that factor", async () => {
      const { mean, variance } = await product(mode, [[0.7, 0.3]]);
      expect(near(mean!, [0.7]) && near(variance!, [0.3])).to.equal(true);
    });

    it("of K equal factors N(m, v) is N(m, v/K)", async () => {
      for (const K of [2, 7, 64]) {
        const { mean, variance } = await product(mode, Array<[number, number]>(K).fill([-1.3, 0.8]));
        expect(near(mean!, [-1.3]), `mean of ${K}`).to.equal(true);
        expect(near(variance!, [0.8 / K]), `variance of ${K}`).to.equal(true);
      }
    });

    it("of N(0, 1) and N(2, 1) is N(1, 0.5)", async () => {
      const { mean, variance } = await product(mode, [[0, 1], [2, 1]]); // prettier-ignore
      expect([mean![0], variance![0]]).to.deep.equal([1, 0.5]);
    });

    it("does not depend on the order of its factors", async () => {
      const r = rng("product order");
      const factors = Array.from({ length: 9 }, (): [number, number] => [r.normal(), r.between(0.1, 2)]);
      const there = await product(mode, factors);
      const back = await product(mode, factors.toReversed());
      expect(near(there.mean!, [...back.mean!], 1e-6) && near(there.variance!, [...back.variance!], 1e-6)).to.equal(true);
    });

    it("is not changed by factors that are masked", async () => {
      const { mean, variance } = await product(mode, [[0, 1], [50, 1e-3, 0], [2, 1], [-9, 4, 0]]); // prettier-ignore
      expect([mean![0], variance![0]]).to.deep.equal([1, 0.5]);
    });

    it("stays finite where a variance is 0: it is held above 1e-7", async () => {
      const { mean, variance } = await product(mode, [[0.25, 0]]);
      expect(mean![0]).to.be.closeTo(0.25, 1e-6);
      expect(variance![0]).to.be.closeTo(1e-7, 1e-12);
    });
  });

  describe(`the KL to the prior, ${mode},`, () => {
    it("is 0 for N(0, 1), 0.5 for N(1, 1), 0.3181 for N(0, 0.25), and sums over the latent", async () => {
      const { kl } = await ask(mode, ({ mean, variance }) => ({ kl: klToPrior(mean!, variance!) }), {
        mean: [[4, 2], [0, 0, 1, 0, 0, 0, 1, 1]],
        variance: [[4, 2], [1, 1, 1, 1, 0.25, 1, 1, 0.25]],
      }); // prettier-ignore
      const narrow = 0.5 * (0.25 - 1 - Math.log(0.25));
      expect(narrow).to.be.closeTo(0.3181, 5e-5);
      expect(near(kl!, [0, 0.5, narrow, 0.5 + 0.5 + narrow])).to.equal(true);
    });
  });

  describe(`the tanh-Gaussian's log-density, ${mode},`, () => {
    it("is -0.9189 at 0 and -0.7821 at 0.5 under mean 0 and standard deviation 1", async () => {
      const gaussian = -0.5 * Math.log(2 * Math.PI);
      const atHalf = gaussian - 0.5 * Math.atanh(0.5) ** 2 - Math.log(0.75);
      expect([gaussian, atHalf].map((x) => x.toFixed(4))).to.deep.equal(["-0.9189", "-0.7821"]);
      expect(near(await logProb(mode, [0, 0.5, -0.5]), [gaussian, atHalf, atHalf])).to.equal(true);
    });

    it("is one number a row, the sum over dimensions (and not rows by rows)", async () => {
      const { value } = await ask(mode, ({ a, m, column }) => ({ value: tf.add(tanhGaussianLogProb({ mean: m!, logStd: m! }, a!), column!) }), {
        column: [[3, 1], [0, 0, 0]],
        a: [[3, 2], [0, 0.5, 0.5, 0.5, 0, 0]],
        m: [[3, 2], [0, 0, 0, 0, 0, 0]],
      }); // prettier-ignore
      const [zero, half] = await logProb(mode, [0, 0.5]);
      expect(near(value!, [zero! + half!, 2 * half!, 2 * zero!])).to.equal(true);
    });

    for (const [mean, logStd] of [
      [0, 0],
      [0.6, -1],
      [-1, 0.4],
    ] as const)
      // prettier-ignore
      it(`integrates to 1 over (-1, 1) under mean ${mean} and log-std ${logStd}`, async () => {
        // a = tanh u spreads the points where the density is steep; trapezia in u, da = (1 - a^2) du.
        const [n, span] = [4001, 7];
        const du = (2 * span) / (n - 1);
        const actions = Array.from({ length: n }, (_, i) => Math.tanh(-span + i * du));
        const density = await logProb(mode, actions, mean, logStd);
        const mass = actions.reduce((sum, a, i) => sum + Math.exp(density[i]!) * (1 - a * a) * du, 0);
        expect(mass).to.be.closeTo(1, 1e-4);
      });

    it("is finite for actions at the very ends, which commands reach", async () => {
      const values = await logProb(mode, [-1, 1]);
      expect(values.every(Number.isFinite)).to.equal(true);
      expect(values[0]).to.be.closeTo(values[1]!, 1e-2);
    });
  });

  describe(`the nets, ${mode},`, () => {
    const [T, K] = [2, 4];
    const spec = tinySpec();
    const shapes = deployedShapes(spec, tinyNets, "gaussian");
    const r = rng("nets");
    const weights = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]): [string, Given] => [
        name,
        [shape, Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => 0.5 * r.normal())],
      ]),
    );
    const draw = (n: number) => Array.from({ length: n }, () => r.normal());
    const context = draw(T * K * 6);
    const believe = (rows: readonly number[], mask: readonly number[]) =>
      ask(mode, ({ context, mask, ...p }) => encode(p, context!, mask!), {
        ...weights,
        context: [[T, K, 6], rows],
        mask: [[T, K, 1], mask],
      });

    it("encode a history to the same belief whatever masked rows hold", async () => {
      const mask = [1, 1, 0, 1, 1, 0, 0, 0];
      const garbage = context.map((x, i) => (mask[Math.floor(i / 6)] === 1 ? x : 1e3 * r.normal()));
      const [clean, dirty] = [await believe(context, mask), await believe(garbage, mask)];
      expect(dirty).to.deep.equal(clean);
      const more = await believe(context, [1, 1, 1, 1, 1, 0, 0, 0]);
      expect(near(more.mean!.subarray(0, 2), [...clean.mean!.subarray(0, 2)]), "a row unmasked counts").to.equal(false);
      expect(near(more.mean!.subarray(2), [...clean.mean!.subarray(2)]), "but for its own task alone").to.equal(true);
    });

    it("encode a history whatever the order of its rows", async () => {
      const mask = Array<number>(T * K).fill(1);
      const turned = [0, 1].flatMap((t) => [2, 0, 3, 1].flatMap((k) => context.slice((t * K + k) * 6, (t * K + k + 1) * 6)));
      const [there, back] = [await believe(context, mask), await believe(turned, mask)];
      expect(near(there.mean!, [...back.mean!]) && near(there.variance!, [...back.variance!])).to.equal(true);
    });

    it("keep the policy's log-std in [-20, 2]", async () => {
      const ends = { ...weights, "pi.b1": [[4], [0, 0, 1000, -1000]] as Given };
      const { logStd } = await ask(mode, ({ observation, z, ...p }) => policyHead(p, observation!, z!), {
        ...ends,
        observation: [[1, 3], [1, 2, 3]],
        z: [[1, 2], [0, 0]],
      }); // prettier-ignore
      expect([...logStd!]).to.deep.equal([2, -20]);
    });

    it("draw an action as tanh(mean + std x noise)", async () => {
      const { action } = await ask(
        mode,
        ({ mean, logStd, noise }) => ({ action: sampleAction({ mean: mean!, logStd: logStd! }, noise!) }),
        { mean: [[1, 2], [0.3, -2]], logStd: [[1, 2], [-1, 0.5]], noise: [[1, 2], [1.5, 0]] },
      ); // prettier-ignore
      expect(near(action!, [Math.tanh(0.3 + 1.5 * Math.exp(-1)), Math.tanh(-2)])).to.equal(true);
    });

    it("read a reward as a number, as a Gaussian's mean, or as the chance of the better of two values", async () => {
      const x: Given = [[1, 2], [1, -2]]; // prettier-ignore
      const decode = async (head: "deterministic" | "gaussian" | "bernoulli", low: number) => {
        const out = head === "gaussian" ? 2 : 1;
        const { reward } = await ask(mode, ({ x, ...p }) => ({ reward: decodeReward(p, head, low, x!) }), {
          x,
          "dec.w0": [[2, out], out === 2 ? [0.5, 7, 1, 7] : [0.5, 1]],
          "dec.b0": [[out], out === 2 ? [0.1, 3] : [0.1]],
        });
        return reward!;
      };
      const linear = 0.5 - 2 + 0.1;
      expect(near(await decode("deterministic", 0), [linear])).to.equal(true);
      expect(near(await decode("gaussian", 0), [linear])).to.equal(true);
      expect(near(await decode("bernoulli", -1), [-1 + 1 / (1 + Math.exp(-linear))])).to.equal(true);
    });

    it("have ReLU between layers and none after the last", async () => {
      const { y } = await ask(mode, ({ x, ...p }) => ({ y: mlp(p, "net", x!) }), {
        x: [[1, 1], [1]],
        "net.w0": [[1, 2], [2, -2]],
        "net.b0": [[2], [0, 0]],
        "net.w1": [[2, 1], [-3, 5]],
        "net.b1": [[1], [1]],
      }); // prettier-ignore
      expect([...y!]).to.deep.equal([-5]);
    });
  });
}

describe("the product of Gaussians, compiled and eager,", () => {
  it("is the same to 1e-5 for any factors and masks", async () => {
    const factor = fc.tuple(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: 0.01, max: 5, noNaN: true }),
      fc.constantFrom(0, 1),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(factor, { minLength: 5, maxLength: 5 }), async (factors) => {
        const used = factors.some((f) => f[2] === 1) ? factors : factors.map(([m, v]): [number, number, number] => [m, v, 1]);
        const [a, b] = [await product("compiled", used), await product("eager", used)];
        const kept = used.filter((f) => f[2] === 1);
        const variance = 1 / kept.reduce((s, f) => s + 1 / f[1], 0);
        const mean = variance * kept.reduce((s, f) => s + f[0] / f[1], 0);
        return near(a.mean!, [mean]) && near(b.mean!, [mean]) && near(a.variance!, [variance]) && near(b.variance!, [variance]);
      }),
      { numRuns: 40 },
    );
  });
});
