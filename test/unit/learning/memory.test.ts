import { expect } from "chai";
import * as fc from "fast-check";
import { rng } from "../../../src/domain/rng.ts";
import type { ContextRule } from "../../../src/learning/config.ts";
import { anySpan, explorationSpan, offlineSpan, TaskMemory } from "../../../src/learning/memory.ts";
import { codeOf, episode } from "./tiny.ts";

/** Episode `index` with rewards 100 x index + step, by which every row can be told. */
const marked = (index: number, steps = 5) => ({
  ...episode(0, index, { steps }),
  reward: Float32Array.from({ length: steps }, (_, t) => 100 * index + t),
});
const offline = { online: false, exploration: false };

/** Offline episodes 0, 1, 2; then one explored under the prior, 3, and one under a posterior, 4. */
const remembered = () => {
  const memory = new TaskMemory(3, 2, 4);
  for (const index of [0, 1, 2]) memory.append(marked(index), offline);
  memory.append(marked(3), { online: true, exploration: true });
  memory.append(marked(4), { online: true, exploration: false });
  return memory;
};

const context = (
  memory: TaskMemory,
  rule: ContextRule,
  label: string | number,
  from: Parameters<TaskMemory["drawContext"]>[4] = anySpan,
) => {
  const rows = new Float32Array(rule.count * 6).fill(7);
  const mask = new Float32Array(rule.count).fill(7);
  memory.drawContext(rule, rng("context", label), rows, mask, from);
  const rewards = Array.from({ length: rule.count }, (_, k) => rows[k * 6 + 5]!).filter((_, k) => mask[k] === 1);
  return { rows, mask, rewards, from: new Set(rewards.map((r) => Math.floor(r / 100))) };
};

describe("a task's memory", () => {
  it("holds transitions as they came: state, action, reward, next state, in order, offline ones first", () => {
    const memory = remembered();
    expect([memory.count, memory.offlineCount]).to.deep.equal([25, 15]);
    const made = marked(1);
    expect(memory.observation.subarray(5 * 3, 10 * 3)).to.deep.equal(made.observation.subarray(0, 15));
    expect(memory.nextObservation.subarray(5 * 3, 10 * 3)).to.deep.equal(made.observation.subarray(3));
    expect(memory.action.subarray(5 * 2, 10 * 2)).to.deep.equal(made.action);
    expect([...memory.reward.subarray(0, 25)]).to.deep.equal(
      [0, 1, 2, 3, 4].flatMap((e) => [0, 1, 2, 3, 4].map((t) => 100 * e + t)),
    );
  });

  it("grows as far as it must, and loses nothing when it grows", () => {
    const memory = new TaskMemory(3, 2, 1);
    for (let i = 0; i < 40; i++) memory.append(marked(i, 1 + (i % 7)), offline);
    const wanted = Array.from({ length: 40 }, (_, i) => [...marked(i, 1 + (i % 7)).reward]).flat();
    expect([...memory.reward.subarray(0, memory.count)]).to.deep.equal(wanted);
    expect(memory.spans.at(-1)!.end).to.equal(memory.count);
  });

  it("keeps its own copy: an episode's arrays may be used again", () => {
    const memory = new TaskMemory(3, 2);
    const made = marked(2);
    memory.append(made, offline);
    made.reward.fill(-1);
    expect(memory.reward[3]).to.equal(203);
  });

  it("marks as terminated only the last step of an episode that ended for good, never a time-out", () => {
    const memory = new TaskMemory(3, 2);
    memory.append({ ...marked(0), terminated: false }, offline);
    memory.append({ ...marked(1), terminated: true }, offline);
    expect([...memory.terminated.subarray(0, 10)]).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  for (const [what, over] of [
    ["NaN in an observation", { observation: Float32Array.from({ length: 18 }, (_, i) => (i === 17 ? NaN : 0)) }],
    ["an infinite action", { action: new Float32Array(10).fill(Infinity) }],
    ["NaN for a reward", { reward: Float32Array.of(0, 0, NaN, 0, 0) }],
    ["one reward too few", { reward: new Float32Array(4) }],
    ["an observation too few", { observation: new Float32Array(15) }],
    ["actions of another width", { action: new Float32Array(15) }],
  ] as const)
    it(`refuses an episode with ${what}, and stays as it was`, async () => {
      const memory = remembered();
      expect(await codeOf(() => memory.append({ ...marked(0), ...over }, { online: true, exploration: true }))).to.equal(
        "dataset.mismatch",
      );
      expect([memory.count, memory.spans.length]).to.deep.equal([25, 5]);
    });

  it("takes no offline episode once practice has begun", () => {
    expect(() => remembered().append(marked(5), offline)).to.throw("offline episodes come before online ones");
  });
});

describe("a context", () => {
  it("is rows [s, a, r] that really happened together, and zeros where it is masked", () => {
    const memory = remembered();
    const { rows, mask } = context(memory, { count: 12, least: 1, episodes: "any" }, 5);
    for (let k = 0; k < 12; k++) {
      const row = rows.subarray(k * 6, (k + 1) * 6);
      if (mask[k] === 0) expect([...row]).to.deep.equal([0, 0, 0, 0, 0, 0]);
      else {
        const [e, t] = [Math.floor(row[5]! / 100), row[5]! % 100];
        const made = marked(e);
        expect([...row]).to.deep.equal([
          ...made.observation.subarray(t * 3, t * 3 + 3),
          ...made.action.subarray(t * 2, t * 2 + 2),
          made.reward[t]!,
        ]);
      }
    }
    expect([...mask].some((m) => m === 0) && [...mask].some((m) => m === 1)).to.equal(true);
  });

  it("has as many rows as the rule says, the used ones first: from `least` to `count`, each length about as often", () => {
    const memory = remembered();
    const lengths = Array.from({ length: 600 }, (_, i) => {
      const { mask } = context(memory, { count: 6, least: 3, episodes: "any" }, i);
      const used = mask.reduce((a, b) => a + b, 0);
      expect([...mask]).to.deep.equal(Array.from({ length: 6 }, (_, k) => (k < used ? 1 : 0)));
      return used;
    });
    for (const n of [3, 4, 5, 6]) expect(lengths.filter((l) => l === n).length, `${n} rows`).to.be.within(110, 190);
    expect(Math.min(...lengths)).to.equal(3);
  });

  it("has always `count` rows where `least` says so", () => {
    const memory = remembered();
    for (let i = 0; i < 20; i++) expect(context(memory, { count: 6, least: 6, episodes: "any" }, i).rewards.length).to.equal(6);
  });

  it("is longer than what there is to draw from: rows are drawn with replacement", () => {
    const memory = new TaskMemory(3, 2);
    memory.append(marked(0, 2), offline);
    expect(context(memory, { count: 9, least: 9, episodes: "any" }, 0).rewards.every((r) => r === 0 || r === 1)).to.equal(true);
  });

  it("comes from at most `episodes` episodes where the rule names a number, from all of them where it says any", () => {
    const memory = remembered();
    const seen = Array.from({ length: 200 }, (_, i) => context(memory, { count: 30, least: 30, episodes: 2 }, i).from.size);
    expect(Math.max(...seen)).to.equal(2);
    expect(Math.min(...seen)).to.equal(1);
    expect(context(memory, { count: 60, least: 60, episodes: "any" }, 1).from.size).to.equal(5);
  });

  it("comes from the episodes it is told to: offline ones, or those explored under the prior", () => {
    const memory = remembered();
    const rule = { count: 40, least: 40, episodes: "any" } as const;
    expect([...context(memory, rule, 1, offlineSpan).from].sort()).to.deep.equal([0, 1, 2]);
    expect([...context(memory, rule, 1, explorationSpan).from]).to.deep.equal([3]);
  });

  it("comes from everything while there is no episode of the kind asked for", () => {
    const memory = new TaskMemory(3, 2);
    for (const index of [0, 1]) memory.append(marked(index), offline);
    expect([...context(memory, { count: 40, least: 40, episodes: "any" }, 1, explorationSpan).from].sort()).to.deep.equal([0, 1]);
  });

  it("has an episode of the task's own among those it is drawn from, where others are shared", () => {
    const memory = new TaskMemory(3, 2);
    memory.append(marked(0), offline);
    for (const index of [1, 2, 3, 4]) memory.append(marked(index), { ...offline, shared: marked(index).reward });
    const rule = { count: 40, least: 40, episodes: 2 };
    const seen = Array.from({ length: 40 }, (_, seed) => context(memory, rule, seed).from);
    expect(seen.every((from) => from.has(0))).to.equal(true);
    expect(seen.some((from) => from.size === 2)).to.equal(true);
  });

  it("draws every transition alike, whatever the length of its episode", () => {
    const memory = new TaskMemory(3, 2);
    memory.append(marked(0, 1), offline);
    memory.append(marked(1, 9), offline);
    const { rewards } = context(memory, { count: 4000, least: 4000, episodes: "any" }, 1);
    expect(rewards.filter((r) => r === 0).length).to.be.within(320, 480);
  });
});

describe("the RL batch", () => {
  const share = (memory: TaskMemory, onlineShare: number | "union") => {
    const r = rng("share");
    const rows = Array.from({ length: 4000 }, () => memory.drawTransition(r, onlineShare));
    expect(rows.every((row) => Number.isInteger(row) && row >= 0 && row < memory.count)).to.equal(true);
    return rows.filter((row) => row >= memory.offlineCount).length / rows.length;
  };

  it("is uniform over the union where the config says so: 10 of 25 transitions are online here", () => {
    expect(share(remembered(), "union")).to.be.closeTo(0.4, 0.03);
  });

  it("holds the online share that is asked for, whatever there is of each (P9)", () => {
    for (const wanted of [0, 0.25, 0.5, 1]) expect(share(remembered(), wanted)).to.be.closeTo(wanted, 0.03);
  });

  it("holds the share of data made for other tasks of the scene that is asked for, before practice and beside it", () => {
    const memory = new TaskMemory(3, 2);
    memory.append(marked(0, 30), offline);
    memory.append(marked(1, 10), { ...offline, shared: marked(1, 10).reward });
    const r = rng("shared");
    const others = (onlineShare: number | "union", sharedShare?: number) => {
      const rows = Array.from({ length: 4000 }, () => memory.drawTransition(r, onlineShare, sharedShare));
      return rows.filter((row) => row >= memory.ownCount && row < memory.offlineCount).length / rows.length;
    };
    for (const wanted of [0, 0.25, 1]) expect(others("union", wanted)).to.be.closeTo(wanted, 0.03);
    expect(others(0.5), "none where no share is said").to.equal(0);
    memory.append(marked(2, 10), { online: true, exploration: true });
    expect(others(0.5, 0.5), "half of the offline half").to.be.closeTo(0.25, 0.03);
  });

  it("takes half of what is shared from what tells the tasks apart: what the other one was rewarded for otherwise", () => {
    const memory = new TaskMemory(3, 2);
    memory.append(marked(0, 10), offline);
    const made = marked(1, 40).reward.slice();
    made[7] = -1;
    memory.append(marked(1, 40), { ...offline, shared: made });
    expect(memory.contrasts).to.deep.equal([17]);
    const r = rng("contrast");
    const rows = Array.from({ length: 4000 }, () => memory.drawTransition(r, "union", 1));
    expect(rows.filter((row) => row === 17).length / rows.length).to.be.closeTo(0.5 + 0.5 / 40, 0.03);
  });

  it("takes a transition as seldom as its label is trusted, and a task's only one all the same", () => {
    const memory = new TaskMemory(3, 2);
    memory.append(marked(0, 10), offline);
    memory.append(marked(1, 10), { online: true, exploration: true }, new Float32Array(10).fill(0.25));
    // 0.5 x 0.25 against 0.5 x 1, drawn anew until one is taken.
    expect(share(memory, 0.5)).to.be.closeTo(0.2, 0.03);
    const doubted = new TaskMemory(3, 2);
    doubted.append(marked(0, 1), { online: true, exploration: true }, new Float32Array(1));
    expect(doubted.drawTransition(rng("alone"), 1)).to.equal(0);
  });

  it("is offline alone before practice, and online alone where nothing is offline", () => {
    const before = new TaskMemory(3, 2);
    before.append(marked(0), offline);
    expect(share(before, 0.5)).to.equal(0);
    const after = new TaskMemory(3, 2);
    after.append(marked(0), { online: true, exploration: true });
    expect(share(after, 0.5)).to.equal(1);
  });
});

describe("drawing from a memory", () => {
  it("repeats bit for bit from the same stream, and not from another", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), (seed, least) => {
        const rule = { count: 8, least, episodes: 2 } as const;
        const [a, b, c] = [
          context(remembered(), rule, seed),
          context(remembered(), rule, seed),
          context(remembered(), rule, `${seed}'`),
        ];
        expect(a.rows).to.deep.equal(b.rows);
        expect(a.mask).to.deep.equal(b.mask);
        return least < 4 || a.rows.join() !== c.rows.join();
      }),
    );
  });
});
