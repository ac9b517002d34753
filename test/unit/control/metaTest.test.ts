import { expect } from "chai";
import { metaTest } from "../../../src/control/metaTest.ts";
import { rng } from "../../../src/domain/rng.ts";
import type { Belief } from "../../../src/policy/agent.ts";
import type { Recollection, Seen } from "../../../src/policy/recall.ts";
import { countingEnvironment } from "./countingEnvironment.ts";

const belief = (z: number): Belief => ({ mean: Float32Array.of(z), variance: Float32Array.of(1) });
const rule = { explorations: 2, latentPeriod: 3, scoredLatent: "mean", id: 5, context: "own" } as const;

/** A world of four steps an episode that pays at the steps named, counted over all episodes; a memory that tells what it is asked. */
function explored(paid: readonly number[], chance: (count: number) => number = (count) => (count % 2 === 0 ? 2 : 0)) {
  const { environment } = countingEnvironment();
  let steps = 0;
  const sparse = {
    ...environment,
    spec: { ...environment.spec, reward: { kind: "sparse", low: -1 } as const },
    step: (action: Float32Array) => (steps++, environment.step(action)),
    reward: () => (paid.includes(steps) ? 0 : -1),
  };
  const acted: number[] = [];
  const inferred: number[] = [];
  const agent = {
    spec: sparse.spec,
    prior: () => belief(0),
    infer: async (history: readonly unknown[]) => (inferred.push(history.length), belief(100)),
    act: async (_: Float32Array, z: Float32Array) => (acted.push(z[0]!), new Float32Array(2)),
    load: () => {},
    dispose: async () => {},
  };
  const absorbed: [number, number[], boolean[]][] = [];
  const missed: [number, number][] = [];
  let begun = 0;
  let drawn = 0;
  const recollection = {
    absorb: async ({ steps, observation }: Seen, rewarded: readonly boolean[]) => {
      const counted = Array.from({ length: steps + 1 }, (_, t) => observation[t * 2]!);
      absorbed.push([steps, counted, [...rewarded]]);
    },
    // What a try wants shows in its second step.
    chance: async ({ observation }: Seen) => Float32Array.of(chance(observation[2]!)),
    missed: (tried: Belief, share: number) => void missed.push([tried.mean[0]!, share]),
    draw: () => belief(++drawn),
    likeliest: () => belief(50),
  } as unknown as Recollection;
  const remembers = { begin: () => (begun++, recollection) };
  const run = (over: Partial<Parameters<typeof metaTest>[3]> = {}) =>
    metaTest(sparse, 3, agent, { ...rule, rng: rng("meta-test"), remembers, ...over });
  return { run, acted, inferred, absorbed, missed, begun: () => begun };
}

describe("a meta-test that explores by elimination", () => {
  it("tries another task once the decoder has seen what the last one wants, takes in each step once, and acts on what is left where nothing was paid", async () => {
    const world = explored([]);
    const { belief: found } = await world.run();
    expect(world.acted).to.deep.equal([1, 1, 2, 2, 3, 3, 4, 4, 50, 50, 50, 50]);
    expect(world.absorbed).to.deep.equal([
      [2, [0, 1, 2], [false, false]],
      [2, [2, 3, 4], [false, false]],
      [2, [0, 1, 2], [false, false]],
      [2, [2, 3, 4], [false, false]],
    ]);
    expect([found.mean[0], world.inferred, world.begun()]).to.deep.equal([50, [], 1]);
    expect(world.missed, "each was seen").to.deep.equal([]);
  });

  it("believes a try the less that was never seen, by its share of the episode", async () => {
    const world = explored([], () => 0);
    await world.run();
    expect(world.acted.slice(0, 8)).to.deep.equal([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(world.missed).to.deep.equal([
      [1, 1],
      [2, 1],
    ]);
  });

  it("goes home between two tries, in steps of the episode in which nothing is asked of the policy", async () => {
    const world = explored([]);
    // The world counts its steps: home is where it stands at 3.
    await world.run({ home: ([count]) => (count === 3 ? undefined : new Float32Array(2)) });
    expect(world.acted).to.deep.equal([1, 1, 2, 3, 3, 4, 50, 50, 50, 50]);
  });

  it("scores what is done after steps that nobody sees, for a whole horizon", async () => {
    const world = explored([]);
    let unseen = 0;
    const { scored } = await world.run({ unseen: { steps: 3, controller: () => (unseen++, new Float32Array(2)) } });
    expect([unseen, world.acted.slice(8)]).to.deep.equal([3, [50, 50, 50, 50]]);
    expect([scored.steps, scored.observation[0]]).to.deep.equal([4, 3]);
  });

  it("keeps up a try that is being paid, and asks the encoder once there is a reward to go by", async () => {
    const world = explored([2, 3, 4]);
    const { belief: found } = await world.run();
    expect(world.acted.slice(0, 8)).to.deep.equal([1, 1, 1, 1, 2, 2, 3, 3]);
    expect(world.absorbed[0]).to.deep.equal([4, [0, 1, 2, 3, 4], [false, true, true, true]]);
    expect([found.mean[0], world.inferred]).to.deep.equal([100, [2]]);
  });
});
