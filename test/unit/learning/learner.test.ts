import { expect } from "chai";
import { rng } from "../../../src/domain/rng.ts";
import { explorationSpan } from "../../../src/learning/memory.ts";
import { initialise, smacShapes, targetShapes, weights } from "../../../src/learning/parameters.ts";
import { rollout, tinyConfig, tinyLearner, tinySpec } from "./tiny.ts";

/** Which task's memory was asked for what while the learner filled its batches, in order. */
const spy = (learner: ReturnType<typeof tinyLearner>) => {
  const calls: { readonly what: "context" | "row"; readonly task: number; readonly exploring?: boolean }[] = [];
  learner.memory.forEach((memory, task) => {
    const [context, row] = [memory.drawContext.bind(memory), memory.drawTransition.bind(memory)];
    memory.drawContext = (rule, r, rows, mask, from) => {
      calls.push({ what: "context", task, exploring: from === explorationSpan });
      return context(rule, r, rows, mask, from);
    };
    memory.drawTransition = (r, share) => (calls.push({ what: "row", task }), row(r, share));
  });
  return calls;
};

describe("a learner's batch", () => {
  it("holds, for each of its tasks, a context and an RL batch of that same task", async () => {
    const learner = tinyLearner();
    const calls = spy(learner);
    await learner.update(30);
    expect(calls.length).to.equal(30 * 2 * (1 + 4));
    for (let i = 0; i < calls.length; i += 5) {
      const group = calls.slice(i, i + 5);
      expect(group.map((c) => c.what)).to.deep.equal(["context", "row", "row", "row", "row"]);
      expect(new Set(group.map((c) => c.task)).size).to.equal(1);
    }
    expect(new Set(calls.map((c) => c.task))).to.deep.equal(new Set([0, 1, 2]));
    await learner.dispose();
  });

  for (const [contextFrom, low, high] of [
    ["union", 0, 0],
    ["mixed", 0.3, 0.7],
    ["exploration", 1, 1],
  ] as const)
    // prettier-ignore
    it(`takes contexts of practice from "${contextFrom}", and offline ones from everything`, async () => {
      const learner = tinyLearner({ practice: { contextFrom } });
      const calls = spy(learner);
      const share = () => {
        const contexts = calls.splice(0).filter((c) => c.what === "context");
        return contexts.filter((c) => c.exploring).length / contexts.length;
      };
      await learner.update(5);
      expect(share()).to.equal(0);
      await learner.beginPractice();
      await learner.addPractice(rollout(0, 9), true);
      calls.length = 0;
      await learner.update(100);
      expect(share()).to.be.within(low, high);
      await learner.dispose();
    });
});

describe("the -Q term", () => {
  const policyAfter = async (lambdaPearl: number, rampUpdates: number, updates: number) => {
    const learner = tinyLearner({ practice: { lambdaPearl, rampUpdates } });
    await learner.update(3);
    const offline = String(learner.trained.views["pi.w0"]);
    await learner.beginPractice();
    await learner.update(updates);
    const after = String(learner.trained.views["pi.w0"]);
    await learner.dispose();
    return { offline, after };
  };

  it("is no part of the offline phase", async () => {
    expect((await policyAfter(5, 0, 1)).offline).to.equal((await policyAfter(0, 0, 1)).offline);
  });

  it("is ramped up from nothing (P8): the first update of practice is without it, the second is not", async () => {
    expect((await policyAfter(5, 10, 1)).after).to.equal((await policyAfter(0, 10, 1)).after);
    expect((await policyAfter(5, 10, 2)).after).to.not.equal((await policyAfter(0, 10, 2)).after);
  });

  it("is there at once where there is no ramp", async () => {
    expect((await policyAfter(5, 0, 1)).after).to.not.equal((await policyAfter(0, 0, 1)).after);
  });
});

describe("a learner's weights", () => {
  const spec = tinySpec();
  const config = tinyConfig();
  const start = (init: "released" | "fan-in", label = "init") => {
    const made = weights(smacShapes(spec, config));
    initialise(made, init, rng(label));
    return made;
  };

  it("are views of one flat array, one after another and without a gap", () => {
    const { flat, views, shapes } = start("fan-in");
    let at = 0;
    for (const [name, view] of Object.entries(views)) {
      expect([view.buffer === flat.buffer, view.byteOffset / 4, view.length], name).to.deep.equal([
        true,
        at,
        shapes[name]!.reduce((n, d) => n * d, 1),
      ]);
      at += view.length;
    }
    expect(at).to.equal(flat.length);
  });

  it("begin, released, uniform within 1 / sqrt(output width), biases 0, last layers within 3e-3, the policy's 1e-3", () => {
    const { views } = start("released");
    const largest = (name: string) => Math.max(...views[name]!.map(Math.abs));
    expect(largest("enc.w0")).to.be.within(0.8 / Math.sqrt(5), 1 / Math.sqrt(5));
    expect(largest("q1.w1")).to.be.within(0.6 / Math.sqrt(3), 1 / Math.sqrt(3));
    expect(largest("pi.w1")).to.be.within(5e-4, 1e-3);
    expect(largest("dec.w1")).to.be.within(1e-3, 3e-3);
    expect(largest("q2.w2")).to.be.within(5e-4, 3e-3);
    for (const name of Object.keys(views).filter((n) => /\.b\d$/.test(n))) expect(largest(name), name).to.equal(0);
  });

  it("begin, by fan-in, uniform within sqrt(6 / input width), last layers as released", () => {
    const { views } = start("fan-in");
    const largest = (name: string) => Math.max(...views[name]!.map(Math.abs));
    expect(largest("enc.w0")).to.be.within(0.8, 1);
    expect(largest("enc.w1")).to.be.within(0.8 * Math.sqrt(6 / 5), Math.sqrt(6 / 5));
    expect(largest("pi.w1")).to.be.below(1e-3);
  });

  it("begin the same from the same stream, and the twin critics apart", () => {
    expect(start("fan-in").flat).to.deep.equal(start("fan-in").flat);
    expect(start("fan-in").flat).to.not.deep.equal(start("fan-in", "other").flat);
    const { views } = start("fan-in");
    expect(views["q1.w0"]).to.not.deep.equal(views["q2.w0"]);
  });

  it("have a target for every number of the critics", () => {
    const critics = Object.entries(smacShapes(spec, config)).filter(([name]) => name.startsWith("q"));
    expect(Object.entries(targetShapes(spec, config))).to.deep.equal(
      critics.map(([name, shape]) => [name.replace("q", "t"), shape]),
    );
  });
});
