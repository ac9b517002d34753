import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ArmState, JointCommand, Limits, Verdict } from "../../../src/domain/arm.ts";
import { seconds } from "../../../src/domain/units.ts";
import { armOf } from "../../../src/safety/clearance.ts";
import { govern, governor } from "../../../src/safety/governor.ts";
import { limits, now, only, seven, stateAt, velocity } from "./oracle.ts";

const judge = governor(sawyer, limits);
const arm = armOf(sawyer);
const neutral = sawyer.poses.neutral!;
const rest = stateAt(neutral);
const stop = (reason: string) => ({ kind: "stop", reason });

describe("the governor stops", () => {
  const cases: readonly [title: string, reason: string, act: () => Verdict][] = [
    ["on a state that is missing", "shape", () => judge(now, undefined as unknown as ArmState, velocity(seven(0)))],
    ["on a command that is null", "shape", () => judge(now, rest, null as unknown as JointCommand)],
    [
      "on a command of an unknown kind",
      "shape",
      () => judge(now, rest, { ...velocity(seven(0)), kind: "torque" } as unknown as JointCommand),
    ],
    ["on six joints of a command", "shape", () => judge(now, rest, velocity(seven(0).slice(1)))],
    ["on eight joints of a state", "shape", () => judge(now, stateAt([...neutral, 0]), velocity(seven(0)))],
    ["on a state without velocities", "shape", () => judge(now, stateAt(neutral, { velocity: undefined }), velocity(seven(0)))],
    ["on a state without efforts", "shape", () => judge(now, stateAt(neutral, { effort: [] }), velocity(seven(0)))],
    [
      "on values that are no list",
      "shape",
      () => judge(now, rest, { ...velocity([]), value: "0000000" } as unknown as JointCommand),
    ],
    ["on a malformed previous command", "shape", () => judge(now, rest, velocity(seven(0)), {} as JointCommand)],
    ["on words for numbers", "not-finite", () => judge(now, rest, velocity(["0", 0, 0, 0, 0, 0, 0] as number[]))],
    ["on a NaN from the policy", "not-finite", () => judge(now, rest, velocity(only(3, NaN)))],
    ["on a joint state that became NaN", "not-finite", () => judge(now, stateAt([NaN, ...neutral.slice(1)]), velocity(seven(0)))],
    ["on a period of zero", "period", () => judge(now, rest, velocity(seven(0), 0))],
    ["on a negative period", "period", () => judge(now, rest, velocity(seven(0), -0.01))],
    ["on a period longer than the limit", "period", () => judge(now, rest, velocity(seven(0), 0.11))],
    ["on a state older than 50 ms", "state.stale", () => judge(seconds(10.051), rest, velocity(seven(0)))],
    ["on a state from the future", "state.future", () => judge(seconds(9.999), rest, velocity(seven(0)))],
    ["on a joint above its range", "joint.envelope", () => judge(now, stateAt([3.06, ...neutral.slice(1)]), velocity(seven(0)))],
    ["on a joint below its range", "joint.envelope", () => judge(now, stateAt([-3.06, ...neutral.slice(1)]), velocity(seven(0)))],
    [
      "on a tip far outside the workspace",
      "workspace",
      () => judge(now, stateAt([1.5, ...neutral.slice(1)]), velocity(seven(0))),
    ],
  ];
  for (const [title, reason, act] of cases) it(title, () => expect(act()).to.deep.equal(stop(reason)));

  it("for the first reason there is: shape before limits, limits before numbers, numbers before time", () => {
    const bad = { ...limits, tipSpeed: NaN } as unknown as Limits;
    const old = stateAt(only(0, NaN), { at: 0 });
    expect(govern(arm, bad, now, old, velocity([], -1))).to.deep.equal(stop("shape"));
    expect(govern(arm, bad, now, old, velocity(seven(0), -1))).to.deep.equal(stop("limits"));
    expect(govern(arm, limits, now, old, velocity(seven(0), -1))).to.deep.equal(stop("not-finite"));
    expect(govern(arm, limits, now, stateAt(seven(9), { at: 0 }), velocity(seven(0), -1))).to.deep.equal(stop("period"));
    expect(govern(arm, limits, now, stateAt(seven(9), { at: 0 }), velocity(seven(0)))).to.deep.equal(stop("state.stale"));
    expect(govern(arm, limits, now, stateAt(seven(9)), velocity(seven(0)))).to.deep.equal(stop("joint.envelope"));
  });

  it("takes a state of exactly 50 ms, and stamps that differ by rounding, for good", () => {
    expect(judge(seconds(10.05), rest, velocity(seven(0))).kind).to.equal("pass");
    expect(judge(seconds(10 - 1e-9), rest, velocity(seven(0))).kind).to.equal("pass");
  });
});

describe("limits that are not sane stop everything", () => {
  const { joints, workspace } = limits;
  const joint = (more: object) => ({ joints: joints.map((j, k) => (k === 4 ? { ...j, ...more } : j)) });
  const cases: Record<string, unknown> = {
    "no limits at all": undefined,
    "no joints": { ...limits, joints: undefined },
    "too few joints": { ...limits, joints: joints.slice(1) },
    "joints in another order": { ...limits, joints: [...joints].reverse() },
    "a joint that is null": { ...limits, joints: [null, ...joints.slice(1)] },
    "a NaN lower": { ...limits, ...joint({ lower: NaN }) },
    "a NaN upper": { ...limits, ...joint({ upper: NaN }) },
    "lower above upper": { ...limits, ...joint({ lower: 3 }) },
    "a NaN speed": { ...limits, ...joint({ speed: NaN }) },
    "a zero speed": { ...limits, ...joint({ speed: 0 }) },
    "an infinite acceleration": { ...limits, ...joint({ acceleration: Infinity }) },
    "a missing effort": { ...limits, ...joint({ effort: undefined }) },
    "a NaN margin": { ...limits, margin: NaN },
    "a negative margin": { ...limits, margin: -0.01 },
    "a margin as wide as the joint": { ...limits, margin: 3 },
    "a NaN tip speed": { ...limits, tipSpeed: NaN },
    "no workspace": { ...limits, workspace: undefined },
    "a flat workspace": { ...limits, workspace: { ...workspace, max: workspace.min } },
    "a NaN wall": { ...limits, workspace: { ...workspace, min: [NaN, 0, 0] } },
    "a NaN opposite wall": { ...limits, workspace: { ...workspace, max: [1, NaN, 1] } },
    "half a workspace": { ...limits, workspace: { min: workspace.min } },
    "a workspace without a lower corner": { ...limits, workspace: { max: workspace.max } },
    "a NaN state age": { ...limits, maxStateAge: NaN },
    "a zero period": { ...limits, maxPeriod: 0 },
  };
  for (const [title, odd] of Object.entries(cases))
    it(title, () => expect(governor(sawyer, odd as Limits)(now, rest, velocity(seven(0)))).to.deep.equal(stop("limits")));
});
