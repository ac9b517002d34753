import { expect } from "chai";
import fc from "fast-check";
import { rng } from "../../../src/domain/rng.ts";
import { tf } from "../../../src/engine/engine.ts";
import { algorithm, algorithmConfig } from "../../../src/learning/algorithms.ts";
import type { Algorithm } from "../../../src/learning/algorithms.ts";
import { smac } from "../../../src/learning/smac.ts";
import { Learner } from "../../../src/learning/learner.ts";
import { TaskMemory } from "../../../src/learning/memory.ts";
import { episode, tinyConfig, tinySpec } from "./tiny.ts";

const spec = tinySpec();

describe("Monte-Carlo returns of a task's memory", () => {
  it("end with their episode, follow new ones, and are scaled", () => {
    const memory = new TaskMemory(3, 2);
    const rewarded = (...reward: number[]) => ({ ...episode(0, 0, { steps: reward.length }), reward: Float32Array.from(reward) });
    memory.append(rewarded(1, 2, 4), { online: false, exploration: false });
    expect([...memory.returns(0.5, 1)]).to.deep.equal([3, 4, 4]);
    memory.append(rewarded(8, 8), { online: false, exploration: false });
    expect([...memory.returns(0.5, 1)]).to.deep.equal([3, 4, 4, 12, 8]);
    expect([...memory.returns(0, 10)]).to.deep.equal([10, 20, 40, 80, 80]);
  });

  it("belong to the transitions that a context draws", () => {
    const memory = new TaskMemory(3, 2);
    for (const i of [0, 1]) memory.append(episode(0, i), { online: false, exploration: false });
    const [rows, mask] = [new Float32Array(4 * 6), new Float32Array(4)];
    const drawn = memory.drawContext({ count: 4, least: 4, episodes: "any" }, rng("drawn"), rows, mask, () => true);
    expect(drawn).to.have.length(4);
    drawn.forEach((row, k) => expect(rows[k * 6 + 5]).to.equal(memory.reward[row]));
  });
});

describe("steps that a target looks ahead", () => {
  it("end with their episode, discount what lies between, and count nothing after a true end", () => {
    const lengths = fc.array(fc.record({ steps: fc.integer({ min: 1, max: 9 }), terminated: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 12 }), (episodes, steps) => {
        const memory = new TaskMemory(3, 2, 1);
        episodes.forEach((shape, i) => memory.append(episode(0, i, shape), { online: false, exploration: false }));
        let start = 0;
        for (const { steps: length, terminated } of episodes) {
          for (let t = 0; t < length; t++) {
            const n = Math.min(steps, length - t);
            const { reward, last, discount } = memory.ahead(start + t, steps, 0.5);
            let wanted = 0;
            for (let k = 0; k < n; k++) wanted += 0.5 ** k * memory.reward[start + t + k]!;
            expect(reward).to.be.closeTo(wanted, 1e-6);
            expect(last).to.equal(start + t + n - 1);
            expect(discount).to.equal(terminated && t + n === length ? 0 : 0.5 ** n);
          }
          start += length;
        }
      }),
      { numRuns: 200 },
    );
  });

  it("are what a learner feeds whose config looks ahead: reward, state and discount of the same row", async () => {
    const learner = new Learner(smac(spec, tinyConfig({ returnSteps: 4 })), 3);
    learner.addOffline(0, [episode(0, 0, { steps: 7 })]);
    let asked = 0;
    const memory = learner.memory[0]!;
    const ahead = memory.ahead.bind(memory);
    memory.ahead = (row, steps, discount) => (
      asked++,
      expect([steps, discount]).to.deep.equal([4, learner.config.discount]),
      ahead(row, steps, discount)
    );
    await learner.update(1);
    expect(asked).to.equal(learner.config.metaBatch * learner.config.batch);
    await learner.dispose();
  });
});

describe("what a learner feeds", () => {
  /** Episodes whose first observation is the very return of each step, and whose second is its reward. */
  const told = (task: number, index: number) => {
    const made = episode(task, index);
    const observation = made.observation.slice();
    for (let t = made.steps - 1, after = 0; t >= 0; t--) {
      after = 2 * made.reward[t]! + 0.5 * after;
      observation.set([after, made.reward[t]!], 3 * t);
    }
    return { ...made, observation };
  };

  it("is one transition's in each row: its return and its reward, in support and query", async () => {
    const B = 8;
    const shapes = {
      context: [2, 3, 6],
      mask: [2, 3, 1],
      contextReturn: [2, 3, 1],
      observation: [B, 3],
      action: [B, 2],
      return: [B, 1],
      reward: [B, 1],
    };
    const gap = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b)));
    const probe: Algorithm = {
      ...algorithm("macaw", spec, algorithmConfig("macaw", "default", spec)),
      config: { ...tinyConfig({ discount: 0.5, rewardScale: 2, context: { count: 3, least: 3, episodes: "any" } }) },
      losses: ["support", "query", "reward", "spread"],
      trained: { "x.w0": [1] },
      targets: {},
      deployed: {},
      batch: () => shapes,
      initialise: () => {},
      rate: () => 0,
      update: () => (b) => ({
        losses: tf.stack([
          gap(tf.slice(b.context!, [0, 0, 0], [2, 3, 1]), b.contextReturn!),
          gap(tf.slice(b.observation!, [0, 0], [B, 1]), b.return!),
          gap(tf.slice(b.observation!, [0, 1], [B, 1]), b.reward!),
          tf.sub(tf.max(b.return!), tf.min(b.return!)),
        ]),
        "g.x.w0": tf.mul(b["x.w0"]!, 0),
      }),
    };
    const learner = new Learner(probe, 1);
    for (const task of [0, 1]) learner.addOffline(task, [told(task, 0), told(task, 1)]);
    for (let u = 0; u < 20; u++) {
      const { support, query, reward, spread } = await learner.update(1);
      expect([support! < 1e-5, query! < 1e-5, reward]).to.deep.equal([true, true, 0]);
      expect(spread).to.be.above(0);
    }
    await learner.dispose();
  });
});
