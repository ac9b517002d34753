import { expect } from "chai";
import fc from "fast-check";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ArmState, JointCommand, Limits, SentCommand, Verdict } from "../../../src/domain/arm.ts";
import { armOf } from "../../../src/safety/clearance.ts";
import { govern } from "../../../src/safety/governor.ts";
import { RECOVERY_SHARE, RECOVERY_TIP_SPEED } from "../../../src/safety/recovery.ts";
import { anyLimits, anywhere, many, period, plausible, pose, rates, spoiltLimits, vector, within } from "./draws.ts";
import { asVelocity, broken, limits, now, reaching, seven, setPoint, stateAt, velocity } from "./oracle.ts";

const arm = armOf(sawyer);
const judge = (given: Limits, state: ArmState, command: JointCommand, previous?: SentCommand, recovery = false) =>
  govern(arm, given, now, state, command, previous, { recovery });
const out = (verdict: Verdict) => (verdict.kind === "stop" ? undefined : verdict.command);
/** What a demanded velocity is known to, rad/s: sizes of any order, and set-points over periods as short as they may be. */
const rounding = (command: JointCommand, given: Limits) =>
  1e-7 + 1e-8 * Math.max(...given.joints.map(({ speed }) => speed)) + (command.kind === "position" ? 1e-14 / command.period : 0);
const still = (command: JointCommand, q: readonly number[]) =>
  command.value.every((x, k) => (command.kind === "velocity" ? x === 0 : x === q[k]));

describe("the governor, under whatever limits it is given", () => {
  it("never throws, and lets nothing out that breaks them, when they are sane but of any size", () => {
    let moved = 0;
    fc.assert(
      fc.property(anyLimits, plausible, vector(-5, 5), (given, { state, command, previous }, acceleration) => {
        const sent = out(judge(given, state, command, previous && { ...previous, acceleration }));
        if (!sent) return;
        if (!still(sent, state.position)) moved++;
        const w = asVelocity(sent, state.position);
        expect(broken(w, state.position, sent.period, rounding(sent, given), given)).to.deep.equal([]);
      }),
      many,
    );
    expect(moved / many.numRuns, "share of commands let out").to.be.greaterThan(0.02);
  });

  it("never throws, and lets nothing out under limits with anything in one of their places, unless that is a limit too", () => {
    let stopped = 0;
    fc.assert(
      fc.property(spoiltLimits, anywhere, (given, { state, command, previous }) => {
        const verdict = judge(given, state, command, previous);
        if (verdict.kind === "stop" && verdict.reason === "limits") stopped++;
        const sent = out(verdict);
        if (!sent) return;
        const bad = Object.values(given.joints).some(
          (j) => ![j.lower, j.upper, j.speed, j.acceleration, j.jerk].every(Number.isFinite),
        );
        expect(bad).to.equal(false);
        const w = asVelocity(sent, state.position);
        expect(broken(w, state.position, sent.period, rounding(sent, given), given)).to.deep.equal([]);
      }),
      many,
    );
    expect(stopped / many.numRuns, "share of stops for the limits").to.be.greaterThan(0.3);
  });
});

describe("the jerk limit", () => {
  const middle = reaching([0.6, 0, 0.12]);
  const open = vector(-0.02, 0.02).map((d) => middle.map((x, k) => x + d[k]!));
  const gentle = vector(-0.05, 0.05);
  const smooth = fc.array(within(5, 2000), { minLength: 7, maxLength: 7 });

  it("is kept in the open whatever was sent before, except to stand still", () => {
    let bound = 0;
    fc.assert(
      fc.property(open, smooth, gentle, gentle, vector(-5, 5), fc.constantFrom(0.01, 0.02), (q, jerk, w, before, a, T) => {
        const given = { ...limits, joints: limits.joints.map((j, k) => ({ ...j, jerk: jerk[k]! })) } as unknown as Limits;
        const verdict = judge(given, stateAt(q, { velocity: before }), velocity(w, T), {
          ...velocity(before, T),
          acceleration: a,
        });
        if (verdict.kind === "stop") throw new Error(verdict.reason);
        if (still(verdict.command, q)) return;
        if (verdict.kind === "clamp" && verdict.reason.includes("joint.jerk")) bound++;
        verdict.command.value.forEach((x, k) => {
          const most = given.joints[k]!.acceleration;
          const from = Math.min(Math.max(a[k]!, -most), most);
          expect(Math.abs((x - before[k]!) / T)).to.be.at.most(most + 1e-6);
          expect(Math.abs((x - before[k]!) / T - from)).to.be.at.most(jerk[k]! * T + 1e-6);
        });
      }),
      many,
    );
    expect(bound / many.numRuns, "share of cases that the property speaks of").to.be.greaterThan(0.2);
  });
});

describe("leading an arm back inside", () => {
  const astray = vector(-0.5, 0.5).map((d) => d.map((x) => (Math.abs(x) < 0.35 ? 0 : x)));
  const anyPose = fc.oneof(
    pose,
    fc.tuple(pose, astray).map(([q, d]) => q.map((x, k) => x + d[k]!)),
  );
  const slow = {
    ...limits,
    joints: limits.joints.map((j) => ({ ...j, speed: 0.1 * j.speed })),
    tipSpeed: 0.05,
  } as unknown as Limits;

  it("stops for nothing that is outside, lets out only what goes no further out, and that slowly", () => {
    expect([RECOVERY_SHARE, RECOVERY_TIP_SPEED]).to.deep.equal([0.1, 0.05]);
    let moved = 0;
    fc.assert(
      fc.property(anyPose, rates, period, fc.boolean(), fc.option(rates, { nil: undefined }), (q, w, T, asPosition, before) => {
        const command = asPosition
          ? setPoint(
              q.map((x, k) => x + w[k]! * T),
              T,
            )
          : velocity(w, T);
        const verdict = judge(limits, stateAt(q), command, before && velocity(before, T), true);
        if (verdict.kind === "stop") throw new Error(verdict.reason);
        if (!still(verdict.command, q)) moved++;
        const within = 1e-7 + (asPosition ? 1e-14 / T : 0);
        expect(broken(asVelocity(verdict.command, q), q, T, within, slow)).to.deep.equal([]);
      }),
      many,
    );
    expect(moved / many.numRuns, "share of motion let out").to.be.greaterThan(0.2);
  });

  it("passes standing still anywhere", () => {
    fc.assert(
      fc.property(anyPose, fc.option(rates, { nil: undefined }), (q, before) => {
        const command = velocity(seven(0));
        expect(judge(limits, stateAt(q), command, before && velocity(before), true)).to.deep.equal({ kind: "pass", command });
      }),
      many,
    );
  });
});
