import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { Limits, Verdict } from "../../../src/domain/arm.ts";
import { rng } from "../../../src/domain/rng.ts";
import { seconds } from "../../../src/domain/units.ts";
import { nothingSpent, spend, spent } from "../../../src/safety/budget.ts";
import { armOf, closest, surroundings } from "../../../src/safety/clearance.ts";
import { governor } from "../../../src/safety/governor.ts";
import { motion } from "../../../src/safety/motion.ts";
import { inside, standing } from "../../../src/safety/standing.ts";
import { slack } from "../../../src/safety/rules.ts";
import { limits, now, only, reaching, setPoint, seven, stateAt, tipOf, velocity } from "./oracle.ts";

// Behaviour that the other tests of safety leave open, found by changing the code and seeing that nobody noticed (npm run mutate).

const judge = governor(sawyer, limits);
const neutral = sawyer.poses.neutral!;
const still = velocity(seven(0));
const stop = (reason: string) => ({ kind: "stop", reason });
const posed = (joint: number, x: number) => stateAt(neutral.map((q, k) => (k === joint ? x : q)));

describe("the very edge of what is allowed is allowed", () => {
  it("a joint exactly at either end of its range", () => {
    const { lower, upper } = limits.joints[6]!;
    for (const end of [lower, upper]) expect(judge(now, posed(6, end), still).kind).to.equal("pass");
  });

  it("a state exactly as old as the limit, and one exactly a microsecond ahead, which is less than clocks mean", () => {
    const at = (t: number) => stateAt(neutral, { at: t });
    expect(judge(seconds(limits.maxStateAge + 1e-6), at(0), still).kind).to.equal("pass");
    expect(judge(seconds(limits.maxStateAge + 1.1e-6), at(0), still)).to.deep.equal(stop("state.stale"));
    expect(judge(seconds(0), at(1e-6), still).kind).to.equal("pass");
    expect(judge(seconds(0), at(1.1e-6), still)).to.deep.equal(stop("state.future"));
  });

  it("a period exactly as long as the limit", () => {
    expect(judge(now, stateAt(neutral), velocity(seven(0), limits.maxPeriod)).kind).to.equal("pass");
  });

  it("an effort, a force, a torque and a lag exactly at their limits, and what rounding adds to them; no more", () => {
    const { force, torque } = limits.wrench;
    const pushed = (f: number, t: number) => stateAt(neutral, { wrench: [0, f, 0, 0, 0, -t] });
    const strained = (x: number) => stateAt(neutral, { effort: only(5, -x) });
    const cases: readonly [reason: string, limit: number, act: (x: number) => Verdict][] = [
      ["effort", limits.joints[5]!.effort, (x) => judge(now, strained(x), still)],
      ["wrench", force, (x) => judge(now, pushed(x, 0), still)],
      ["wrench", torque, (x) => judge(now, pushed(0, x), still)],
      ["tracking", limits.trackingError, (x) => judge(now, stateAt(seven(0)), still, setPoint(only(2, x)))],
    ];
    for (const [reason, limit, act] of cases) {
      // The posture of all zeros is outside the workspace: there the next reason stops it.
      const kept = (x: number) => expect(act(x), `${reason} ${x}`).to.not.deep.equal(stop(reason));
      kept(limit);
      kept(limit + slack(limit));
      expect(act(limit * (1 + 1e-8)), reason).to.deep.equal(stop(reason));
    }
  });

  it("limits without a margin", () => {
    const tight = { ...limits, margin: 0 } as Limits;
    expect(governor(sawyer, tight)(now, stateAt(neutral), still).kind).to.equal("pass");
  });
});

describe("what the arm reports of itself", () => {
  it("stops it by name: its own collision flag, a flag that is none, a link deep inside a box", () => {
    expect(judge(now, stateAt(neutral, { collision: true }), still)).to.deep.equal(stop("collision"));
    expect(judge(now, stateAt(neutral, { collision: false }), still).kind).to.equal("pass");
    expect(judge(now, stateAt(neutral, { collision: "yes" }), still)).to.deep.equal(stop("shape"));
    const [x, y, z] = tipOf(neutral);
    const around = { name: "crate", min: [x! - 0.1, y! - 0.1, z! - 0.1], max: [x! + 0.1, y! + 0.1, z! + 0.3] };
    const keepOut = [...limits.keepOut, around] as unknown as Limits["keepOut"];
    expect(governor(sawyer, { ...limits, keepOut })(now, stateAt(neutral), still)).to.deep.equal(stop("clearance"));
  });
});

describe("a judgement", () => {
  it("knows how the tip moves as a demand begins, along every axis", () => {
    const r = rng("tip");
    for (let n = 0; n < 20; n++) {
      const q = neutral.map((x) => x + r.between(-0.5, 0.5));
      const w = Float64Array.from(neutral, () => r.between(-1, 1));
      const { velocity: v, step } = motion(limits, seconds(0.1), surroundings(armOf(sawyer), [], q)).way(w);
      const at = (t: number) => tipOf(q.map((x, k) => x + w[k]! * t));
      v.forEach((x, i) => expect(x).to.be.closeTo((at(1e-5)[i]! - at(-1e-5)[i]!) / 2e-5, 1e-7));
      step.forEach((x, i) => expect(x).to.be.closeTo(at(0.1)[i]! - at(0)[i]!, 1e-12));
    }
  });

  it("leaves the set-points of joints that it does not change as they are, to the last bit", () => {
    const r = rng("bits");
    for (let n = 0; n < 100; n++) {
      const asked = neutral.map((x, k) => (k === 6 ? x + 1 : x + r.between(-1e-4, 1e-4)));
      const verdict = judge(now, stateAt(neutral), setPoint(asked));
      if (verdict.kind !== "clamp") throw new Error(verdict.kind);
      expect(verdict.joints).to.deep.equal([6]);
      expect(verdict.command.value.slice(0, 6)).to.deep.equal(asked.slice(0, 6));
    }
  });
});

describe("where an arm may not begin", () => {
  it("names the joint that is outside, not one that stands exactly at an end, below as above", () => {
    const { lower, upper } = limits.joints[5]!;
    const at = (five: number, six: number) => neutral.map((x, k) => (k === 5 ? five : k === 6 ? six : x));
    expect(standing(sawyer, limits, at(lower, -5))).to.match(/^right_j6 stands at -5 rad/);
    expect(standing(sawyer, limits, at(upper, 5))).to.match(/^right_j6 stands at 5 rad/);
  });

  it("tells its own pedestal from a box to keep out of, though there are boxes, too", () => {
    const roomy = { ...limits, workspace: { min: [-9, -9, -9], max: [9, 9, 9] }, clearance: 0 } as unknown as Limits;
    const r = rng("pedestal");
    const anywhere = () => limits.joints.map(({ lower, upper }) => r.between(lower, upper));
    const own = Array.from({ length: 300 }, anywhere).flatMap((q) => {
      const pair = closest(surroundings(armOf(sawyer), limits.keepOut, q))!;
      const other = pair.pair.other;
      return pair.distance < -0.001 && typeof other !== "number" && other.name !== "table" ? [{ q, name: other.name }] : [];
    });
    expect(own).to.have.length.above(0);
    for (const { q, name } of own) {
      expect(inside(sawyer, roomy, q)).to.contain(` m inside ${name}; lead the arm out by hand, then look`);
      expect(standing(sawyer, roomy, q)).to.equal(inside(sawyer, roomy, q));
    }
    expect(inside(sawyer, limits, neutral)).to.equal(undefined);
  });
});

describe("what exploring costs", () => {
  it("counts the way of the tip along every axis", () => {
    const at = (...tip: number[]) => ({ period: 0.01, tip: tip as never, clamps: 0, forceLimit: 50 });
    const way = [at(1, 1, 1), at(3, 1, 1), at(3, 4, 1), at(3, 4, 5)].reduce(spend, nothingSpent).metres;
    expect(way).to.be.closeTo(2 + 3 + 4, 1e-12);
  });

  it("counts minutes of sixty seconds", () => {
    const budget = { ...limits.exploration, minutes: 2 };
    expect(spent({ ...nothingSpent, seconds: 119.9 }, budget)).to.equal(undefined);
    expect(spent({ ...nothingSpent, seconds: 120 }, budget)).to.equal("budget.minutes");
  });
});

describe("limits stop everything", () => {
  const joint = (more: object) => ({ joints: limits.joints.map((j, k) => (k === 4 ? { ...j, ...more } : j)) });
  const cases: Record<string, object> = {
    "with a joint that has no lower end": joint({ lower: -Infinity }),
    "with a joint that has no upper end": joint({ upper: Infinity }),
    "with one keep-out box among good ones that is inside out": {
      keepOut: [...limits.keepOut, { ...limits.keepOut[0]!, max: limits.keepOut[0]!.min }],
    },
    "with a margin that leaves a joint a single point": { ...joint({ lower: -1, upper: 1 }), margin: 1 },
  };
  for (const [title, odd] of Object.entries(cases))
    it(title, () => {
      const judged = governor(sawyer, { ...limits, ...odd } as unknown as Limits)(now, stateAt(neutral), still);
      expect(judged).to.deep.equal(stop("limits"));
    });
});

describe("a measured tip outside the workspace", () => {
  const { min, max } = limits.workspace;
  const q = reaching([0.6, 0, 0.1]);
  const walls = [0, 1, 2].flatMap((axis) => [1, -1].map((side) => ({ axis, side })));
  /** The wall is moved to where the tip stands, so that every wall is tried, whatever the arm can reach. */
  const withWall = ({ axis, side }: { axis: number; side: number }, wall: number) => {
    const moved = (corner: readonly number[]) => corner.map((x, i) => (i === axis ? wall : x));
    const workspace = side > 0 ? { min, max: moved(max) } : { min: moved(min), max };
    return governor(sawyer, { ...limits, workspace } as unknown as Limits)(now, stateAt(q), still);
  };
  const beyond = (wall: (typeof walls)[number], by: number) => withWall(wall, tipOf(q)[wall.axis]! - wall.side * by);

  it("stops beyond 2 cm, by whichever wall it left", () => {
    for (const wall of walls) expect(beyond(wall, 0.0201), JSON.stringify(wall)).to.deep.equal(stop("workspace"));
  });

  it("is no stop up to 2 cm, for it can still be led back", () => {
    for (const wall of walls) expect(beyond(wall, 0.0199).kind, JSON.stringify(wall)).to.equal("pass");
  });

  it("is no stop at exactly 2 cm, by the arm's own word for where its tip is", () => {
    for (const { axis, side } of walls) {
      const said = (by: number) => {
        const tip = tipOf(q).map((x, i) => (i !== axis ? x : side > 0 ? max[axis]! + by : min[axis]! - by));
        return judge(now, stateAt(q, { tip }), still);
      };
      expect(said(0.02).kind, `axis ${axis}`).to.equal("pass");
      expect(said(0.0201), `axis ${axis}`).to.deep.equal(stop("workspace"));
    }
  });
});
