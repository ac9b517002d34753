import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { Limits } from "../../../src/domain/arm.ts";
import { seconds } from "../../../src/domain/units.ts";
import { governor } from "../../../src/safety/governor.ts";
import { limits, now, reaching, seven, stateAt, tipOf, velocity } from "./oracle.ts";

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

  it("limits without a margin", () => {
    const tight = { ...limits, margin: 0 } as Limits;
    expect(governor(sawyer, tight)(now, stateAt(neutral), still).kind).to.equal("pass");
  });
});

describe("limits stop everything", () => {
  const joint = (more: object) => ({ joints: limits.joints.map((j, k) => (k === 4 ? { ...j, ...more } : j)) });
  const cases: Record<string, object> = {
    "with a joint that has no lower end": joint({ lower: -Infinity }),
    "with a joint that has no upper end": joint({ upper: Infinity }),
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
  /** The wall is moved to where the tip stands, so that every wall is tried, whatever the arm can reach. */
  const beyond = (axis: number, side: 1 | -1, by: number) => {
    const q = reaching([0.6, 0, 0.1]);
    const wall = tipOf(q)[axis]! - side * by;
    const moved = (corner: readonly number[]) => corner.map((x, i) => (i === axis ? wall : x));
    const workspace = side > 0 ? { min, max: moved(max) } : { min: moved(min), max };
    return governor(sawyer, { ...limits, workspace } as unknown as Limits)(now, stateAt(q), still);
  };

  it("stops beyond 2 cm, by whichever wall it left", () => {
    for (const axis of [0, 1, 2])
      for (const side of [1, -1] as const)
        expect(beyond(axis, side, 0.0201), `axis ${axis}, side ${side}`).to.deep.equal(stop("workspace"));
  });

  it("is no stop up to 2 cm, for it can still be led back", () => {
    for (const axis of [0, 1, 2])
      for (const side of [1, -1] as const) expect(beyond(axis, side, 0.0199).kind, `axis ${axis}, side ${side}`).to.equal("pass");
  });
});
