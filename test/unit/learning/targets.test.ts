import { expect } from "chai";
import { adam, adamStep, polyak } from "../../../src/learning/adam.ts";
import { paper } from "../../../src/learning/config.ts";
import { Learner } from "../../../src/learning/learner.ts";
import { smac } from "../../../src/learning/smac.ts";
import { batchShapes, LOSSES, smacUpdate } from "../../../src/learning/losses.ts";
import { smacShapes, targetShapes } from "../../../src/learning/parameters.ts";
import { evaluate, randomArrays, type Arrays } from "../engine/reference.ts";
import { MODES } from "./ask.ts";
import { episode, tinyConfig, tinyLearner, tinyNets, tinySpec } from "./tiny.ts";

describe("target critics", () => {
  it("are 0.995^n of the first error away after n steps", () => {
    const target = Float32Array.of(3, -2);
    const source = Float32Array.of(1, 0);
    for (let n = 1; n <= 500; n++) {
      polyak(target, source, 0.005);
      if (n === 1 || n === 100 || n === 500) {
        expect(target[0]! - 1).to.be.closeTo(2 * 0.995 ** n, 1e-4);
        expect(target[1]!).to.be.closeTo(-2 * 0.995 ** n, 1e-4);
      }
    }
  });

  it("start equal to the critics, and take tau of the way after each update's step", async () => {
    const learner = tinyLearner({ polyak: 0.25 });
    const { trained, target } = learner;
    expect(target.views["t1.w0"]).to.deep.equal(trained.views["q1.w0"]);
    const before = target.views["t2.w1"]!.slice();
    await learner.update(1);
    const wanted = before.map((t, i) => t + Math.fround(0.25 * (trained.views["q2.w1"]![i]! - t)));
    expect(target.views["t2.w1"]!.every((t, i) => Math.abs(t - wanted[i]!) < 1e-7)).to.equal(true);
    expect(target.views["t2.w1"]).to.not.deep.equal(before);
    await learner.dispose();
  });
});

describe("the optimiser", () => {
  it("takes Adam's steps: the first is the learning rate itself, whatever the gradient's size", () => {
    const state = adam(3);
    const weights = Float32Array.of(1, 1, 1);
    state.t++;
    adamStep(state, weights, Float32Array.of(100, -0.001, 0), 0.01, 0, 3);
    expect([...weights].map((w) => w.toFixed(5))).to.deep.equal(["0.99000", "1.01000", "1.00000"]);
  });

  it("agrees with the equations of Kingma and Ba, in float64, over fifty steps", () => {
    const state = adam(1);
    const weights = Float32Array.of(0.5);
    let [w, m, v] = [0.5, 0, 0];
    for (let t = 1; t <= 50; t++) {
      const g = Math.fround(Math.sin(t) + 0.3);
      [m, v] = [0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g];
      w -= (0.02 * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
      state.t++;
      adamStep(state, weights, Float32Array.of(g), 0.02, 0, 1);
    }
    expect(weights[0]).to.be.closeTo(w, 1e-5);
  });

  it("touches only the elements it is given", () => {
    const state = adam(3);
    const weights = Float32Array.of(1, 1, 1);
    state.t++;
    adamStep(state, weights, Float32Array.of(1, 1, 1), 0.01, 1, 2);
    expect([weights[0], weights[2], state.m[0], state.v[2]]).to.deep.equal([1, 1, 0, 0]);
    expect(weights[1]).to.be.below(1);
  });
});

for (const mode of MODES)
  describe(`the Bellman target, ${mode},`, () => {
    const size = { T: 1, N: 3, K: 2 };
    const spec = tinySpec();
    const config = { ...paper, nets: tinyNets };
    const shapes = { ...smacShapes(spec, config), ...targetShapes(spec, config), ...batchShapes(spec, config, size) };

    /** Error and gradient of the first critic where critics say `q`, their targets `next`, whatever they are asked. */
    const critic = async (q: number, next: number, over: Arrays) => {
      const values = randomArrays(shapes, "bellman");
      values["mask"]!.fill(1);
      values["action"]!.fill(0.3);
      for (const [net, value] of [["q1", q], ["q2", q], ["t1", next], ["t2", next + 1]] as const) {
        values[`${net}.w2`]!.fill(0);
        values[`${net}.b2`]!.fill(value);
      } // prettier-ignore
      const found = await evaluate(smacUpdate(spec, config, size, false), shapes, { ...values, ...over }, mode);
      return { error: found["losses"]![LOSSES.indexOf("critic1")]!, gradient: found["g.q1.b2"]![0]! };
    };

    it("of a terminated step is c x r and nothing of what follows", async () => {
      const { error, gradient } = await critic(5 * 0.75, 1234, {
        reward: new Float64Array(3).fill(0.75),
        terminated: new Float64Array(3).fill(1),
      });
      expect(error).to.be.closeTo(0, 1e-8);
      expect(gradient).to.be.closeTo(0, 1e-4);
    });

    it("of any other step is c x r + gamma x the smaller target", async () => {
      const q = 5 * 0.75 + 0.99 * 20;
      const { error } = await critic(q, 20, { reward: new Float64Array(3).fill(0.75), terminated: new Float64Array(3) });
      expect(error).to.be.below(1e-8);
    });

    it("has its fixed point at Q = 500 for an everlasting reward of 1 with c = 5, gamma = 0.99", async () => {
      const everlasting = { reward: new Float64Array(3).fill(1), terminated: new Float64Array(3) };
      const [there, below, above] = [
        await critic(500, 500, everlasting),
        await critic(400, 400, everlasting),
        await critic(600, 600, everlasting),
      ];
      expect(there.error).to.be.below(1e-7);
      // Off it by e, one backup leaves 0.99 e: the error is (0.01 e)^2 and the critic is pushed back.
      expect([below.error, above.error].map((e) => e.toFixed(3))).to.deep.equal(["1.000", "1.000"]);
      expect([Math.sign(below.gradient), Math.sign(above.gradient)]).to.deep.equal([-1, 1]);
    });
  });

describe("the critics of a learner", () => {
  /** Q at the end of training on one-step episodes of reward 1 with c = 5, gamma = 0.9. */
  const learned = async (terminated: boolean) => {
    const over = { rewardScale: 5, discount: 0.9, polyak: 0.1, learningRate: 0.02, metaBatch: 1 } as const;
    const learner = new Learner(smac(tinySpec(), tinyConfig(over)), 3);
    const still = Array.from({ length: 4 }, (_, i) => ({
      ...episode(0, i, { steps: 1, terminated }),
      observation: new Float32Array(6),
      reward: Float32Array.of(1),
    }));
    learner.addOffline(0, still);
    const { q } = await learner.update(1500);
    await learner.dispose();
    return q;
  };

  it("come to c / (1 - gamma) where episodes only time out: a time-out is not the end", async () => {
    expect(await learned(false)).to.be.closeTo(50, 1);
  });

  it("come to c where episodes really end", async () => {
    expect(await learned(true)).to.be.closeTo(5, 0.1);
  });
});
