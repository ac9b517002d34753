import { expect } from "chai";
import fc from "fast-check";
import type { Split } from "../../../src/domain/experience.ts";
import { antFallen, antReward, antSpec, antTask } from "../../../src/tasks/ant.ts";
import { cheetahReward, cheetahSpec, cheetahTask } from "../../../src/tasks/cheetah.ts";

const splits: readonly Split[] = ["train", "validation", "test"];
const ids = Array.from({ length: 500 }, (_, id) => id);

describe("the half-cheetah's tasks", () => {
  it("ask for speeds all over 0 to 3 m/s, so that standing still costs about 300 an episode", () => {
    const speeds = ids.map((id) => cheetahTask("train", 4, id).velocity);
    expect(Math.min(...speeds)).to.be.within(0, 0.1);
    expect(Math.max(...speeds)).to.be.within(2.9, 3);
    const still = speeds.map((velocity, id) => 200 * cheetahReward({ id, velocity }, 0, [0, 0, 0, 0, 0, 0]));
    expect(still.reduce((a, b) => a + b, 0) / still.length).to.be.within(-320, -280);
  });

  it("reward a speed by hand: -|1.2 - 2| - 0.05 x 1.5", () => {
    expect(cheetahReward({ id: 0, velocity: 2 }, 1.2, [1, -0.5, 0.5, 0, 0, 0])).to.be.closeTo(-0.875, 1e-12);
    expect(cheetahReward({ id: 0, velocity: 2 }, 2.8, [0, 0, 0, 0, 0, 0])).to.be.closeTo(-0.8, 1e-12);
  });
});

describe("the ant's tasks", () => {
  it("ask for directions all around", () => {
    const quarters = [0, 0, 0, 0];
    for (const id of ids) quarters[Math.floor(antTask("train", 4, id).direction / (Math.PI / 2))]!++;
    expect(Math.min(...quarters)).to.be.above(90);
  });

  it("reward motion along the direction by hand, with what it costs and what standing is worth", () => {
    const task = { id: 0, direction: Math.PI / 6 };
    const wanted = 2 * Math.cos(Math.PI / 6) - 1 * 0.5 - 0.5 * (0.25 + 1) - 5e-4 * (1 + 0.09) + 1;
    expect(antReward(task, [2, -1], [0.5, 0, 0, -1, 0, 0, 0, 0], [7, 0.3, 0])).to.be.closeTo(wanted, 1e-12);
  });

  it("give an ant that stands and does nothing 200 an episode, whatever the direction", () => {
    fc.assert(
      fc.property(fc.nat(), (id) => {
        expect(200 * antReward(antTask("test", 0, id), [0, 0], [0, 0, 0, 0, 0, 0, 0, 0], [])).to.equal(200);
      }),
    );
  });

  it("end when the torso lies, flies, or is nowhere", () => {
    for (const height of [0.19, 1.01, NaN, Infinity, -1]) expect(antFallen(height), String(height)).to.equal(true);
    for (const height of [0.2, 0.55, 1]) expect(antFallen(height), String(height)).to.equal(false);
  });
});

describe("the tasks of robots on legs", () => {
  const tasks = [
    ["cheetah-vel", (split: Split, seed: number, id: number) => cheetahTask(split, seed, id).velocity],
    ["ant-dir", (split: Split, seed: number, id: number) => antTask(split, seed, id).direction],
  ] as const;
  for (const [name, task] of tasks)
    it(`are other ones in each split and under each seed, and the same when asked again (${name})`, () => {
      const all = splits.flatMap((split) => [1, 2].flatMap((seed) => ids.map((id) => task(split, seed, id))));
      expect(new Set(all).size).to.equal(all.length);
      expect(splits.flatMap((split) => [1, 2].flatMap((seed) => ids.map((id) => task(split, seed, id))))).to.deep.equal(all);
    });

  it("are observed and acted on in as many numbers as the benchmark has, each with a name of its own", () => {
    const widths = [cheetahSpec, antSpec].map(({ observation, action, horizon }) => [observation.length, action.length, horizon]);
    expect(widths).to.deep.equal([
      [20, 6, 200],
      [27, 8, 200],
    ]);
    for (const { observation } of [cheetahSpec, antSpec])
      expect(new Set(observation.map(({ name }) => name)).size).to.equal(observation.length);
  });
});
