// Long because every pair of things is said once more, and what is answered is held against it.
import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ArmDescription, KeepOut } from "../../../src/domain/arm.ts";
import { rng } from "../../../src/domain/rng.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import type { Obstacle, Pair } from "../../../src/kinematics/capsules.ts";
import { nearest, spread } from "../../../src/kinematics/spread.ts";
import { approaches } from "../../../src/safety/approach.ts";
import { allApart, armOf, closest, near, surroundings } from "../../../src/safety/clearance.ts";
import { limits, seven } from "./oracle.ts";

const vec = (...x: number[]) => x as unknown as Vec3;
const box = (name: string, min: Vec3, max: Vec3): KeepOut => ({ name, min, max });
/** Boxes of unequal edges, off every axis. */
const shelf = box("shelf", vec(0.55, 0.25, 0.3), vec(0.95, 0.45, 0.36));
const post = box("post", vec(0.1, -0.9, -0.4), vec(0.16, -0.5, 0.9));
const boxes = [...limits.keepOut, shelf, post];
const obstacle = ({ name, min, max }: KeepOut): Obstacle => ({
  name,
  centre: vec(...min.map((x, i) => x + (max[i]! - x) / 2)),
  half: vec(...min.map((x, i) => (max[i]! - x) / 2)),
});

/** Every pair of an arm among boxes, said once more. */
const pairsOf = (arm: ReturnType<typeof armOf>, keepOut: readonly KeepOut[]): Pair[] => [
  ...arm.pairs,
  ...keepOut.map(obstacle).flatMap((other) => arm.capsules.map((_, capsule) => ({ capsule, other, below: -1 }))),
];
const distance = (arm: ReturnType<typeof armOf>, pair: Pair, q: readonly number[]) =>
  nearest(arm, spread(arm, q).ends, pair).distance;
const distances = (arm: ReturnType<typeof armOf>, keepOut: readonly KeepOut[], q: readonly number[]) => {
  const { ends } = spread(arm, q);
  return pairsOf(arm, keepOut).map((pair) => nearest(arm, ends, pair).distance);
};
const moved = (q: readonly number[], w: readonly number[], t: number) => q.map((x, k) => x + w[k]! * t);
const ask = (
  arm: ReturnType<typeof armOf>,
  keepOut: readonly KeepOut[],
  q: readonly number[],
  w: readonly number[],
  period: number,
  coast: number,
  clearance: number,
) => {
  const around = surroundings(arm, keepOut, q);
  const demand = Float64Array.from(w);
  const list = approaches(around, { demand, framesAfter: spread(arm, moved(q, w, period)).frames, period, coast }, clearance);
  return { around, list };
};

/** How many pairs a straight way brings too near, all of them told. */
function nothingMissed(
  model: ReturnType<typeof armOf>,
  keepOut: readonly KeepOut[],
  from: readonly (readonly number[])[],
  speed = 1,
) {
  let met = 0;
  for (const q of from)
    for (const clearance of [0.01, 0.1]) {
      const w = q.map(() => r.between(-speed, speed));
      const { list } = ask(model, keepOut, q, w, 0.1, 0.3, clearance);
      const around = surroundings(model, keepOut, q);
      for (let p = 0; p < around.count; p++) {
        const { distance, growth } = near(around, p);
        const straight = -0.4 * growth.reduce((sum, g, k) => sum + g * w[k]!, 0);
        const room = Math.max(distance - clearance, 0);
        if (straight <= room + 1e-9) continue;
        met++;
        expect(list.some((other) => other.way >= straight - 1e-12 && Math.abs(other.room - room) < 1e-12)).to.equal(true);
      }
    }
  return met;
}

const arm = armOf(sawyer);
const neutral = sawyer.poses["neutral"]!;
const r = rng("surroundings");
const anywhere = () => limits.joints.map(({ lower, upper }) => r.between(lower, upper));
const nearNeutral = () => neutral.map((x) => x + r.between(-0.4, 0.4));
const postures = [neutral, ...Array.from({ length: 20 }, nearNeutral), ...Array.from({ length: 20 }, anywhere)];

describe("what is around an arm", () => {
  it("is as near as its nearest pair, of links and of boxes, whatever stands where", () => {
    for (const q of postures) {
      const least = closest(surroundings(arm, boxes, q))!.distance;
      expect(least).to.be.closeTo(Math.min(...distances(arm, boxes, q)), 1e-12);
      expect(allApart(surroundings(arm, boxes, q), least), "at exactly its distance").to.equal(true);
      expect(allApart(surroundings(arm, boxes, q), least + 1e-9)).to.equal(false);
    }
  });

  it("names the pair that is nearest", () => {
    const wall = box("wall", vec(-1, 0.17, -1), vec(1, 2, 2));
    expect((closest(surroundings(arm, [...boxes, wall], neutral))!.pair.other as Obstacle).name).to.equal("wall");
    const free = closest(surroundings(arm, [], neutral))!;
    expect(free.distance).to.be.closeTo(Math.min(...distances(arm, [], neutral)), 1e-12);
  });

  it("holds more boxes than the desk has room for", () => {
    const far = [0, 1, 2, 3].map((k) => box(`b${k}`, vec(k, 3, 0), vec(k + 0.5, 4, 1)));
    const many = [...boxes, ...far, box("last", vec(0.3, -0.2, 0.05), vec(0.9, 0.1, 0.2))];
    const nearest = (keepOut: readonly KeepOut[]) => Math.min(...distances(arm, keepOut, neutral));
    expect(nearest(many)).to.be.lessThan(nearest(boxes));
    expect(closest(surroundings(arm, many, neutral))!.distance).to.be.closeTo(nearest(many), 1e-12);
    // And fewer again, on the same desk.
    expect(closest(surroundings(arm, boxes, neutral))!.distance).to.be.closeTo(nearest(boxes), 1e-12);
  });

  it("is undefined where nothing can meet anything", () => {
    const bare = armOf({ ...sawyer, links: sawyer.links.map((link) => ({ ...link, geometry: [] })) });
    expect(closest(surroundings(bare, [], neutral))).to.equal(undefined);
    expect(allApart(surroundings(bare, [], neutral), 1)).to.equal(true);
  });
});

describe("what a course of the joints brings nearer", () => {
  const clearance = 0.01;

  it("is told for every pair that comes too near by its end or its rest, with no less than its way and no more than its room", () => {
    let told = 0;
    for (const q of [...postures, ...Array.from({ length: 200 }, anywhere)])
      for (const [period, coast, clearance] of [
        [0.01, 0.1, 0.01],
        [0.1, 0.3, 0.01],
        [0.01, 0.1, 0.2],
        [0.5, 0.7, 0.01],
      ] as const) {
        const w = seven(0).map(() => r.between(-1, 1));
        const { list } = ask(arm, boxes, q, w, period, coast, clearance);
        const [here, after, atRest] = [0, period, period + coast].map((t) => distances(arm, boxes, moved(q, w, t)));
        const nearer = here!.map((d, p) => ({ d, way: Math.max(d - after![p]!, d - atRest![p]!) }));
        for (const { d, way } of nearer.filter(({ d, way }) => way > Math.max(d - clearance, 0) + 1e-9)) {
          told++;
          const room = Math.max(d - clearance, 0);
          expect(
            list.some((met) => met.way >= way - 1e-12 && Math.abs(met.room - room) < 1e-12),
            `${way} of ${room}`,
          ).to.equal(true);
        }
      }
    expect(told, "pairs that came too near").to.be.greaterThan(50);
  });

  it("tells how a distance grows with each joint", () => {
    const w = seven(0.5);
    let compared = 0;
    const pairs = pairsOf(arm, boxes);
    for (const q of postures.slice(0, 12)) {
      const { list } = ask(arm, boxes, q, w, 0.1, 0.3, clearance);
      const here = distances(arm, boxes, q);
      for (const { room, growth } of list.filter(({ room }) => room > 0.02)) {
        const p = here.findIndex((d) => Math.abs(d - clearance - room) < 1e-12);
        growth.forEach((rate, k) => {
          const [ahead, behind] = [1e-6, -1e-6].map((h) =>
            distance(
              arm,
              pairs[p]!,
              q.map((x, i) => (i === k ? x + h : x)),
            ),
          );
          // Where the nearest point changes sides a distance has no slope: there the two sides differ.
          const middle = (ahead! - behind!) / 2e-6;
          if (Math.abs(ahead! + behind! - 2 * here[p]!) > 1e-9) return;
          compared++;
          expect(rate).to.be.closeTo(middle, 1e-4);
        });
      }
    }
    expect(compared).to.be.greaterThan(100);
  });

  it("is the most of what it is along a straight way, after the period, and at rest", () => {
    for (const q of postures) {
      const w = seven(0).map(() => r.between(-1, 1));
      const { list } = ask(arm, boxes, q, w, 0.1, 0.3, clearance);
      const [here, after, atRest] = [0, 0.1, 0.4].map((t) => distances(arm, boxes, moved(q, w, t)));
      for (const { way, room, growth } of list.filter(({ room }) => room > 0)) {
        const p = here!.findIndex((d) => Math.abs(d - clearance - room) < 1e-12);
        const straight = -0.4 * growth.reduce((sum, g, k) => sum + g * w[k]!, 0);
        expect(way).to.be.closeTo(Math.max(straight, here![p]! - after![p]!, here![p]! - atRest![p]!), 1e-12);
      }
    }
  });

  it("is nothing for an arm that stands still, nor for joints that carry both of a pair", () => {
    expect(ask(arm, boxes, neutral, seven(0), 0.1, 0.3, 1).list).to.deep.equal([]);
    // The first joint turns the whole arm: it brings its links nearer to its pedestal, but not to each other.
    const { around } = ask(arm, [], neutral, [1, 0, 0, 0, 0, 0, 0], 0.1, 0.3, 1);
    const looked = around.found.flatMap((found, p) => (found ? [arm.pairs[p]!.below] : []));
    expect(looked).to.have.length.above(0);
    expect(looked.filter((below) => below >= 0)).to.deep.equal([]);
  });

  it("misses no pair that a straight way would bring too near either", () => {
    const from = Array.from({ length: 400 }, anywhere);
    expect(nothingMissed(arm, boxes, [...postures, ...from])).to.be.greaterThan(500);
    expect(nothingMissed(arm, boxes, from, 3), "so fast that a straight way is far from the true one").to.be.greaterThan(500);
  });

  it("costs little: hardly any exact distance is computed, and fewer the slower the arm", () => {
    const computed = (speed: number) => {
      const random = rng("cost");
      return postures.reduce((sum, q) => {
        const w = seven(0).map(() => random.between(-speed, speed));
        const { around } = ask(arm, limits.keepOut, q, w, 0.01, 0.1 * speed, 0.005);
        return sum + around.found.filter((x) => x !== undefined).length / around.count / postures.length;
      }, 0);
    };
    // Those of every twentieth pair lie near each other always; beyond that it is the speed that costs.
    for (const [speed, most] of [
      [0.01, 0.0525],
      [0.1, 0.053],
      [0.5, 0.057],
      [2, 0.28],
    ] as const)
      expect(computed(speed), `${speed} rad/s`).to.be.at.most(most);
  });
});

describe("an arm with a joint that slides", () => {
  const rod = (shape: object) => [{ pose: { xyz: vec(0, 0, 0.2), rpy: vec(0, 0, 0) }, collides: true, ...shape }];
  const joint = (name: string, kind: string, parent: string, child: string, xyz: Vec3, rpy: Vec3) => ({
    name,
    kind,
    parent,
    child,
    origin: { xyz, rpy },
    axis: vec(0, 0, 1),
    lower: -1,
    upper: 1,
    speed: 1,
    effort: 1,
  });
  const gantry = {
    name: "gantry",
    base: "base",
    tip: "rod",
    links: [
      { name: "base", geometry: [] },
      { name: "cart", geometry: rod({ shape: "sphere", radius: 0.05 }) },
      { name: "rod", geometry: rod({ shape: "capsule", radius: 0.03, length: 0.3 }) },
    ],
    joints: [
      joint("slide", "prismatic", "base", "cart", vec(0.1, 0.2, 0.5), vec(0.4, 0.5, 0.6)),
      joint("turn", "revolute", "cart", "rod", vec(0, 0.1, 0.1), vec(1.2, 0.3, 0)),
    ],
    commanded: ["slide", "turn"],
    poses: { neutral: [0, 0] },
  } as unknown as ArmDescription;

  it("comes nearer along its axis", () => {
    const model = armOf(gantry);
    // Its nearest point is a corner for one posture, an edge or a face for another.
    const crate = box("crate", vec(0.6, 0.5, 1.2), vec(1, 1, 2));
    for (const q of [
      [0, 0],
      [0.1, 0.4],
      [-0.2, -0.7],
    ]) {
      const { list } = ask(model, [crate], q, [2, 2], 0.5, 0.5, 0);
      const here = distances(model, [crate], q);
      expect(list).to.have.length(2);
      for (const { room, growth } of list) {
        const p = here.findIndex((d) => Math.abs(d - room) < 1e-12);
        growth.forEach((rate, k) => {
          const [ahead, behind] = [1e-6, -1e-6].map(
            (h) =>
              distances(
                model,
                [crate],
                q.map((x, i) => (i === k ? x + h : x)),
              )[p]!,
          );
          expect(rate).to.be.closeTo((ahead! - behind!) / 2e-6, 1e-6);
        });
      }
    }
  });

  it("is told of all that it meets", () => {
    const crates = [0, 1, 2].map((k) => box(`c${k}`, vec(0.3 + 0.2 * k, 0.1, 0.7), vec(0.35 + 0.2 * k, 0.6, 0.9)));
    const from = Array.from({ length: 300 }, () => [r.between(-1, 1), r.between(-3, 3)]);
    expect(nothingMissed(armOf(gantry), crates, from, 6)).to.be.greaterThan(20);
  });
});
