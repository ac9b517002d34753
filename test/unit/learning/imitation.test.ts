import { expect } from "chai";
import { Learner } from "../../../src/learning/learner.ts";
import { TaskMemory } from "../../../src/learning/memory.ts";
import { smac } from "../../../src/learning/smac.ts";
import { episode, tinyConfig, tinySpec } from "./tiny.ts";

const spec = tinySpec({ reward: { kind: "sparse", low: -1 } });
/** Twelve steps, of which those named are paid. */
const paid = (...at: number[]) => ({
  ...episode(0, 0, { steps: 12 }),
  reward: Float32Array.from({ length: 12 }, (_, t) => (at.includes(t) ? 0 : -1)),
});
const those = (memory: TaskMemory, steps: number, period: number | "episode", from = 0) =>
  Array.from({ length: 12 }, (_, t) => t).filter((t) => memory.paidWithin(from + t, steps, -1, period));

describe("what the policy imitates", () => {
  it("is what was rewarded then or so many steps later, in the same episode", () => {
    const memory = new TaskMemory(3, 2);
    memory.append(paid(6), { online: false, exploration: false });
    memory.append(paid(0, 11), { online: false, exploration: false });
    expect(those(memory, 3, 4)).to.deep.equal([3, 4, 5, 6]);
    expect(those(memory, 100, "episode"), "not what the next episode was paid for").to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
    expect(those(memory, 2, "episode", 12)).to.deep.equal([0, 9, 10, 11]);
    expect(those(memory, 0, "episode", 12)).to.deep.equal([0, 11]);
  });

  it("was in practice rewarded in the same try: the try before was for something else", () => {
    const memory = new TaskMemory(3, 2);
    memory.append(paid(6), { online: true, exploration: true });
    expect(those(memory, 100, 4)).to.deep.equal([4, 5, 6]);
    expect(those(memory, 100, "episode")).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
  });

  /** What a learner asked of the rows of its batches that knows an episode of its own and one that was made for another task of its scene. */
  const asked = async (own: number[], shared: number[], over: { paidWithin?: number } = {}, of = spec) => {
    const head = of === spec ? "bernoulli" : "gaussian";
    const learner = new Learner(smac(of, tinyConfig({ head, sharedShare: 0.5, ...over })), 7);
    learner.addOffline(0, [paid(...own)], [{ episode: paid(...shared), made: paid().reward }]);
    const memory = learner.memory[0]!;
    const [draw, within] = [memory.drawTransition.bind(memory), memory.paidWithin.bind(memory)];
    const counts = { rows: 0, asked: 0, imitated: 0 };
    memory.drawTransition = (...args) => (counts.rows++, draw(...args));
    memory.paidWithin = (...args) => {
      const imitated = within(...args);
      counts.asked++;
      if (imitated) counts.imitated++;
      return imitated;
    };
    await learner.update(20);
    await learner.dispose();
    return counts;
  };

  it("is asked of every transition of a batch, whoever it was made for", async () => {
    const none = await asked([], [], { paidWithin: 4 });
    expect(none).to.deep.equal({ rows: 160, asked: 160, imitated: 0 });
    expect((await asked([11], [11], { paidWithin: 100 })).imitated).to.equal(160);
    expect((await asked([], [11], { paidWithin: 100 })).imitated).to.be.within(50, 110);
  });

  it("is not asked where the config says nothing, nor where rewards are dense", async () => {
    expect((await asked([11], [11])).asked).to.equal(0);
    expect((await asked([11], [11], { paidWithin: 100 }, tinySpec())).asked).to.equal(0);
  });
});
