import { expect } from "chai";
import { type Homing, Tries } from "../../../src/control/tries.ts";
import { rng } from "../../../src/domain/rng.ts";
import type { Belief } from "../../../src/policy/agent.ts";
import type { Recollection, Seen } from "../../../src/policy/recall.ts";
import { tinySpec } from "../learning/tiny.ts";

const spec = tinySpec({ reward: { kind: "sparse", low: -1 } });
const HORIZON = spec.horizon;
const A = spec.action.length;
const O = spec.observation.length;

/** A memory of tasks 1, 2, 3, ... in that order; task k is achieved where the first number observed is k. */
function remembered() {
  const absorbed: [number, boolean[]][] = [];
  const missed: [number, number][] = [];
  const aside: number[][] = [];
  const left: number[] = [];
  let drawn = 0;
  const recollection = {
    chance: async ({ steps, observation }: Seen, { mean }: Belief) =>
      Float32Array.from({ length: steps }, (_, t) => (observation[(t + 1) * O] === mean[0] ? 1 : 0)),
    absorb: async ({ steps, observation }: Seen, rewarded: readonly boolean[]) => {
      absorbed.push([observation[0]!, [...rewarded]]);
      expect(observation).to.have.length((steps + 1) * O);
    },
    missed: (tried: Belief, share: number) => void missed.push([tried.mean[0]!, share]),
    draw: (_: unknown, steps: number, put: readonly Belief[]) => {
      left.push(steps);
      aside.push(put.map(({ mean }) => mean[0]!));
      return { mean: Float32Array.of(++drawn), variance: Float32Array.of(1) };
    },
  } as unknown as Recollection;
  return { recollection, absorbed, missed, aside, left };
}

/** Follows what was `found` at each step, -1 a step but where `paid`; told at once, or afterwards. */
async function explored(found: readonly number[], paid: readonly number[] = [], live = true, home?: Homing) {
  const memory = remembered();
  const rewards: number[] = [];
  const tries = new Tries(memory.recollection, spec, rng("tries"), { ...(live ? { rewards } : {}), home });
  const tried: (number | "home")[] = [];
  const seen = found.map((x) => Float32Array.from({ length: O }, (_, i) => (i === 0 ? x : 0)));
  const steps = found.length - 1;
  for (let t = 0; t < steps; t++) {
    const step = await tries.next(seen[t]!);
    tried.push("home" in step ? "home" : step.z[0]!);
    tries.took(new Float32Array(A), step.at);
    rewards.push(paid.includes(t) ? 0 : -1);
  }
  const observation = Float32Array.from(seen.flatMap((row) => [...row]));
  await tries.end({ steps, observation, action: new Float32Array(steps * A) }, rewards);
  return { ...memory, tried };
}

describe("the tries of an exploring episode", () => {
  it("give a task up once the decoder has seen twice what it wants and nobody paid, and weigh what was seen", async () => {
    const { tried, absorbed, left } = await explored([0, 0, 1, 1, 0, 2, 2, 0]);
    expect(tried).to.deep.equal([1, 1, 1, 2, 2, 2, 3]);
    expect(left).to.deep.equal([HORIZON, HORIZON - 3, HORIZON - 6]);
    expect(absorbed.map(([, rewarded]) => rewarded.length)).to.deep.equal([3, 3, 1]);
  });

  it("keep a task up that is being paid, whatever the decoder makes of it", async () => {
    const { tried, absorbed } = await explored([0, 1, 1, 1, 1, 0], [1, 2, 3]);
    expect(tried).to.deep.equal([1, 1, 1, 1, 1]);
    expect(absorbed).to.deep.equal([[0, [false, true, true, true, false]]]);
  });

  it("keep a task up that has not been seen yet, to the end of the episode, and then believe it the less by the time it had", async () => {
    const { tried, missed } = await explored([0, 1, 1, 0, 0, 0]);
    expect(tried).to.deep.equal([1, 1, 2, 2, 2]);
    expect(missed).to.deep.equal([[2, 3 / HORIZON]]);
  });

  it("blame no task that was paid or seen", async () => {
    expect((await explored([0, 0, 0, 5, 5], [2])).missed).to.deep.equal([]);
    expect((await explored([0, 0, 1, 1])).missed).to.deep.equal([]);
    expect((await explored([0, 0, 0, 1])).missed).to.deep.equal([[1, 3 / HORIZON]]);
    expect((await explored([0, 0, 1, 1, 0, 2, 2])).missed).to.deep.equal([]);
  });

  it("go on without rewards to what was not tried yet, and weigh the whole episode once somebody says what it was worth", async () => {
    const { tried, aside, absorbed } = await explored([0, 1, 1, 2, 2, 0], [1], false);
    expect(tried).to.deep.equal([1, 1, 2, 2, 3]);
    expect(aside).to.deep.equal([[], [1], [1, 2]]);
    expect(absorbed).to.deep.equal([[0, [false, true, false, false, false]]]);
  });

  it("go home between two of them, and not before the first", async () => {
    const home: Homing = ([x]) => (x === 9 ? undefined : new Float32Array(A));
    const { tried, missed, absorbed } = await explored([0, 0, 1, 1, 5, 9, 0, 0], [], true, home);
    expect(tried).to.deep.equal([1, 1, 1, "home", "home", 2, 2]);
    expect(missed).to.deep.equal([[2, 2 / HORIZON]]);
    expect(absorbed.map(([, rewarded]) => rewarded.length)).to.deep.equal([5, 2]);
    expect((await explored([0, 1, 1, 5, 5, 5], [], true, home)).missed, "nobody is blamed for the way home").to.deep.equal([]);
  });

  it("give the way home up that leads nowhere, and try on from there", async () => {
    const nowhere: Homing = () => new Float32Array(A);
    const { tried } = await explored([0, 1, 1, ...new Array<number>(30).fill(7)], [], true, nowhere);
    expect(tried.slice(2, 27)).to.deep.equal(new Array(25).fill("home"));
    expect(tried.slice(27)).to.deep.equal([2, 2, 2, 2, 2]);
  });

  it("count an observation once when they are asked again for it, and hear one action for it, the first", async () => {
    const { recollection, absorbed } = remembered();
    const rewards: number[] = [];
    const tries = new Tries(recollection, spec, rng("tries"), { rewards });
    const at = (x: number) => Float32Array.from({ length: O }, (_, i) => (i === 0 ? x : 0));
    for (const x of [0, 1]) {
      const hung = await tries.next(at(x));
      const step = await tries.next(at(x));
      tries.took(new Float32Array(A), step.at);
      tries.took(new Float32Array(A), hung.at);
      rewards.push(-1);
    }
    await tries.next(at(1));
    expect(absorbed).to.deep.equal([[0, [false, false]]]);
  });
});
