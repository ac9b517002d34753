import { expect } from "chai";
import * as fc from "fast-check";
import { rng } from "../../../src/domain/rng.ts";
import { tf, type Tensors } from "../../../src/engine/engine.ts";
import { paper } from "../../../src/learning/config.ts";
import { advantageWeights, batchShapes, decoderLoss, LOSSES, smacUpdate } from "../../../src/learning/losses.ts";
import { smacShapes, targetShapes } from "../../../src/learning/parameters.ts";
import { encode, policyHead, tanhGaussianLogProb } from "../../../src/policy/nets.ts";
import { evaluate, randomArrays } from "../engine/reference.ts";
import { ask, MODES, near, type Mode } from "./ask.ts";
import { tinyNets, tinySpec } from "./tiny.ts";

const weigh = async (mode: Mode, advantage: readonly number[], temperature: number, groups = 1): Promise<number[]> => {
  const { w } = await ask(mode, ({ a }) => ({ w: advantageWeights(a!, temperature, groups) }), {
    a: [[advantage.length, 1], advantage],
  });
  return [...w!];
};
const total = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);

for (const mode of MODES)
  describe(`the weights of AWAC, ${mode},`, () => {
    it("are all 1 where advantages are equal", async () => {
      expect(near(await weigh(mode, [3, 3, 3, 3], 0.5), [1, 1, 1, 1])).to.equal(true);
    });

    it("are exp(A / beta) over their sum, times N", async () => {
      const advantage = [0.3, -1.2, 0.8, 0];
      const raw = advantage.map((a) => Math.exp(a / 0.5));
      expect(near(await weigh(mode, advantage, 0.5), raw.map((x) => (4 * x) / total(raw)))).to.equal(true); // prettier-ignore
    });

    it("give one sample the whole weight N as beta goes to 0", async () => {
      expect(near(await weigh(mode, [0.1, 0.4, 0.3, -2], 1e-6), [0, 4, 0, 0])).to.equal(true);
    });

    it("do not change when a constant is added to every advantage", async () => {
      const advantage = [0.3, -1.2, 0.8, 0];
      const moved = advantage.map((a) => a + 32);
      expect(near(await weigh(mode, moved, 0.5), await weigh(mode, advantage, 0.5))).to.equal(true);
    });

    it("are finite for advantages that exp could not hold", async () => {
      expect(near(await weigh(mode, [1000, 0, -1000, 1000], 0.5), [2, 0, 0, 2])).to.equal(true);
    });

    it("within tasks are blind to another task's scale (P7), over the batch they are not", async () => {
      const mild = [0.1, 0.3, 0.2, -0.1];
      const wild = [50, 90, 20, -40];
      const within = await weigh(mode, [...mild, ...wild], 1, 2);
      expect(near(within.slice(0, 4), await weigh(mode, mild, 1))).to.equal(true);
      expect(total(within.slice(0, 4))).to.be.closeTo(4, 1e-4);
      const over = await weigh(mode, [...mild, ...wild], 1, 1);
      expect(total(over.slice(0, 4))).to.be.below(1e-4);
    });

    it("are 0 for what nobody did for this task's sake, however well it looks, and N in all for the rest", async () => {
      const { w } = await ask(mode, ({ a, own }) => ({ w: advantageWeights(a!, 0.5, 1, own!) }), {
        a: [
          [4, 1],
          [0.3, 400, 0.8, -1],
        ],
        own: [
          [4, 1],
          [1, 0, 1, 0],
        ],
      });
      const alone = await weigh(mode, [0.3, 0.8], 0.5);
      expect(near([...w!], [2 * alone[0]!, 0, 2 * alone[1]!, 0])).to.equal(true);
    });

    describe("in the actor's loss", () => {
      const size = { T: 2, N: 4, K: 3 };
      const spec = tinySpec();
      const config = { ...paper, nets: tinyNets };
      const shapes = { ...smacShapes(spec, config), ...targetShapes(spec, config), ...batchShapes(spec, config, size) };
      const values = randomArrays(shapes, "bc");
      const r = rng("bc actions");
      values["action"] = values["action"]!.map(() => r.between(-0.9, 0.9));
      values["mask"] = values["mask"]!.map(() => 1);
      const actor = async (temperature: number) => {
        const { losses, ...gradients } = await evaluate(
          smacUpdate(spec, { ...config, temperature }, size, false),
          shapes,
          values,
          mode,
        );
        return { loss: losses![LOSSES.indexOf("actor")]!, gradient: gradients["g.pi.w0"]! };
      };
      /** -mean log pi(a|s,z) of the stored actions, without any weight. */
      const cloning = (p: Tensors) => {
        const { mean, variance } = encode(p, p["context"]!, p["mask"]!);
        const z = tf.add(mean, tf.mul(tf.sqrt(variance), p["latentNoise"]!));
        const rows = tf.reshape(tf.mul(tf.expandDims(z, 1), tf.ones([size.T, size.N, 1])), [size.T * size.N, tinyNets.latent]);
        return { loss: tf.neg(tf.mean(tanhGaussianLogProb(policyHead(p, p["observation"]!, rows), p["action"]!))) };
      };

      it("with beta = 1e9 are those of behaviour cloning, to 1e-6; with a small beta they are not", async () => {
        const { loss } = await evaluate(cloning, shapes, values, mode);
        const [cloned, weighted] = [await actor(1e9), await actor(0.5)];
        expect(Math.abs(cloned.loss - loss![0]!)).to.be.below(1e-6 * Math.abs(loss![0]!));
        expect(Math.abs(weighted.loss - loss![0]!)).to.be.above(1e-3);
        expect(near(weighted.gradient, [...cloned.gradient], 1e-3)).to.equal(false);
      });
    });
  });

describe("the weights of AWAC", () => {
  it("are the same compiled and eager, never negative, and sum to N, for any advantages", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 6, maxLength: 6 }),
        fc.double({ min: 0.05, max: 100, noNaN: true }),
        fc.constantFrom(1, 2, 3),
        async (advantage, temperature, groups) => {
          const [a, b] = [
            await weigh("compiled", advantage, temperature, groups),
            await weigh("eager", advantage, temperature, groups),
          ];
          return near(a, b) && a.every((w) => w >= 0) && Math.abs(total(a) - 6) < 1e-4;
        },
      ),
      { numRuns: 40 },
    );
  });
});

for (const mode of MODES)
  describe(`the decoder's loss, ${mode},`, () => {
    /** A decoder of one bias alone says `out` about every row. */
    const loss = async (
      head: "deterministic" | "gaussian" | "bernoulli",
      low: number,
      out: readonly number[],
      rewards: readonly number[],
    ) => {
      const n = rewards.length;
      const { value } = await ask(mode, ({ x, r, ...p }) => ({ value: decoderLoss(p, { ...paper, head }, low, x!, r!) }), {
        x: [[n, 1], rewards.map(() => 0)],
        r: [[n, 1], rewards],
        "dec.w0": [[1, out.length], out.map(() => 0)],
        "dec.b0": [[out.length], out],
      });
      return value![0]!;
    };

    it("is the squared error of a deterministic head, on rewards as they are: no reward scale", async () => {
      expect(await loss("deterministic", 0, [2], [1, 4])).to.be.closeTo((1 + 4) / 2, 1e-5);
    });

    it("is the negative log-likelihood of a Gaussian head, constants left out, its log-variance kept in [-6, 4]", async () => {
      expect(await loss("gaussian", 0, [2, 0.5], [1, 4])).to.be.closeTo(0.5 * (0.5 + 2.5 * Math.exp(-0.5)), 1e-5);
      expect(await loss("gaussian", 0, [2, -40], [2, 2])).to.be.closeTo(-3, 1e-5);
      expect(await loss("gaussian", 0, [2, 40], [2, 2])).to.be.closeTo(2, 1e-5);
    });

    it("is the cross-entropy of a Bernoulli head, whichever two values the rewards have", async () => {
      const chance = 1 / (1 + Math.exp(-0.7));
      const wanted = -(Math.log(chance) + Math.log(1 - chance)) / 2;
      expect(await loss("bernoulli", -1, [0.7], [0, -1])).to.be.closeTo(wanted, 1e-5);
      expect(await loss("bernoulli", 0, [0.7], [1, 0])).to.be.closeTo(wanted, 1e-5);
    });

    it("of a Bernoulli head stays finite and falls ever slower for a sure and right answer", async () => {
      expect(await loss("bernoulli", 0, [200], [1])).to.be.closeTo(0, 1e-6);
      expect(await loss("bernoulli", 0, [200], [0])).to.be.closeTo(200, 1e-3);
    });
  });
