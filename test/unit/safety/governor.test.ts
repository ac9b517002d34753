import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { Verdict } from "../../../src/domain/arm.ts";
import { seconds } from "../../../src/domain/units.ts";
import { rng } from "../../../src/domain/rng.ts";
import { chain, jacobian } from "../../../src/kinematics/chain.ts";
import { dampedLeastSquares } from "../../../src/kinematics/inverse.ts";
import { governor } from "../../../src/safety/governor.ts";
import { broken, limits, moving, now, only, reaching, setPoint, seven, stateAt, tipOf, tooFast, velocity } from "./oracle.ts";

const judge = governor(sawyer, limits);
const arm = chain(sawyer);
const neutral = sawyer.poses.neutral!;
const rest = stateAt(neutral);
const stop = (reason: string) => ({ kind: "stop", reason });
const clamped = (verdict: Verdict) => {
  if (verdict.kind !== "clamp") throw new Error(`expected a clamp, got ${JSON.stringify(verdict)}`);
  return verdict;
};

const tipVelocity = (q: readonly number[], w: readonly number[], period = 0.01) =>
  tipOf(q.map((x, k) => x + w[k]! * period)).map((x, i) => (x - tipOf(q)[i]!) / period);

describe("the governor clamps", () => {
  it("a joint's speed, and only that joint", () => {
    const verdict = clamped(judge(now, rest, velocity(only(6, 5))));
    expect(verdict.command).to.deep.equal(velocity(only(6, 2.316)));
    expect(verdict.joints).to.deep.equal([6]);
    expect(verdict.reason).to.equal("joint.speed");
  });

  it("a set-point that lies farther than speed times period", () => {
    const goal = neutral.map((x, k) => (k === 6 ? x - 1 : x));
    const verdict = clamped(judge(now, rest, setPoint(goal)));
    expect(verdict.command.value[6]).to.be.closeTo(neutral[6]! - 0.02316, 1e-12);
    expect(verdict.command.value.slice(0, 6)).to.deep.equal(neutral.slice(0, 6));
    expect(verdict.joints).to.deep.equal([6]);
  });

  it("tip speed by scaling all joints, so that the tip keeps its direction", () => {
    const fast = moving(neutral, [0.3, -0.2, 0.1]);
    const verdict = clamped(judge(now, rest, velocity(fast)));
    expect(verdict.reason).to.equal("tip.speed");
    const share = verdict.command.value[0]! / fast[0]!;
    verdict.command.value.forEach((x, k) => expect(x).to.be.closeTo(share * fast[k]!, 1e-12));
    expect(Math.hypot(...tipVelocity(neutral, verdict.command.value))).to.be.closeTo(0.25, 1e-3);
  });

  it("the change of velocity against the command last sent, all joints on the straight way between", () => {
    const from = moving(neutral, [0.1, 0, 0]);
    const to = moving(neutral, [-0.1, 0.1, 0]);
    const verdict = clamped(judge(now, rest, velocity(to), velocity(from)));
    expect(verdict.reason).to.equal("joint.acceleration");
    const share = (verdict.command.value[1]! - from[1]!) / (to[1]! - from[1]!);
    expect(share).to.be.within(0.01, 0.9);
    verdict.command.value.forEach((x, k) => expect(x).to.be.closeTo(from[k]! + share * (to[k]! - from[k]!), 1e-12));
    expect(tooFast(verdict.command.value, from, 0.01)).to.equal(false);
  });

  it("nothing of acceleration when no command was sent before", () => {
    expect(judge(now, rest, velocity(moving(neutral, [0.2, 0, 0]))).kind).to.equal("pass");
  });

  it("a first set-point after rest, but not a stream of them at constant speed behind which the arm lags", () => {
    const speed = moving(neutral, [0.1, 0, 0]);
    const at = (t: number) => setPoint(neutral.map((x, k) => x + speed[k]! * t));
    expect(clamped(judge(now, rest, at(0.01), at(0))).reason).to.equal("joint.acceleration");
    expect(judge(now, stateAt(neutral, { velocity: speed }), at(0.02), at(0.01)).kind).to.equal("pass");
    expect(clamped(judge(now, stateAt(neutral, { velocity: speed }), velocity(seven(0.3)), at(0.01))).reason).to.contain(
      "joint.acceleration",
    );
    expect(judge(now, stateAt(neutral, { velocity: speed }), velocity(speed), at(0.01)).kind).to.equal("pass");
  });

  it("a joint that nears the end of its range to what it can still brake from", () => {
    const room = 0.02;
    const q = neutral.map((x, k) => (k === 6 ? 4.7124 - 0.05 - room : x));
    const verdict = clamped(judge(now, stateAt(q), velocity(only(6, 2))));
    expect(verdict.reason).to.equal("joint.envelope");
    const w = verdict.command.value[6]!;
    expect(w * 0.01 + (w * w) / (2 * 5)).to.be.closeTo(room, 1e-9);
  });

  it("a joint inside its margin to the way back", () => {
    for (const [edge, out] of [
      [4.7124 - 0.02, 1],
      [-4.7124 + 0.02, -1],
    ] as const) {
      const q = neutral.map((x, k) => (k === 6 ? edge : x));
      expect(clamped(judge(now, stateAt(q), velocity(only(6, 0.1 * out)))).command.value[6]).to.be.closeTo(0, 1e-12);
      expect(judge(now, stateAt(q), velocity(only(6, -0.1 * out))).kind).to.equal("pass");
    }
  });

  it("names every rule that had a say", () => {
    expect(clamped(judge(now, rest, velocity(seven(9)), velocity(seven(0)))).reason).to.equal(
      "joint.speed,tip.speed,joint.acceleration",
    );
  });
});

describe("at the walls of the workspace", () => {
  const wall = limits.workspace.min[2];
  const low = reaching([0.6, 0, wall + 1e-4]);

  it("a tip pressed into the table's wall slides along it", () => {
    const verdict = clamped(judge(now, stateAt(low), velocity(moving(low, [0.1, 0.05, -0.1]))));
    expect(verdict.reason).to.equal("workspace");
    const [x, y, z] = tipVelocity(low, verdict.command.value);
    expect(x).to.be.closeTo(0.1, 1e-3);
    expect(y).to.be.closeTo(0.05, 1e-3);
    expect(z).to.be.within(-3e-3, 1e-6);
  });

  it("a tip pressed into an edge slides along the edge", () => {
    const q = reaching([0.6, limits.workspace.max[1] - 1e-5, wall + 1e-5]);
    const [x, y, z] = tipVelocity(q, clamped(judge(now, stateAt(q), velocity(moving(q, [-0.1, 0.1, -0.1])))).command.value);
    expect(x).to.be.closeTo(-0.1, 2e-3);
    expect(y).to.be.lessThan(3e-4);
    expect(z).to.be.greaterThan(-3e-4);
  });

  it("a tip a little outside may come back or slide, but not go further out", () => {
    const out = reaching([0.6, 0, wall - 0.01]);
    expect(judge(now, stateAt(out), velocity(moving(out, [0, 0, 0.1]))).kind).to.equal("pass");
    const verdict = clamped(judge(now, stateAt(out), velocity(moving(out, [0.1, 0, -0.1]))));
    const [x, , z] = tipVelocity(out, verdict.command.value);
    expect(x).to.be.closeTo(0.1, 1e-3);
    expect(z).to.be.within(-1e-6, 1e-3);
  });

  it("a tip more than 2 cm outside is a stop, standing still or not", () => {
    const out = reaching([0.6, 0, wall - 0.021]);
    expect(judge(now, stateAt(out), velocity(seven(0)))).to.deep.equal(stop("workspace"));
  });

  it("a tip slows down before a wall so that all joints can still ramp down to rest", () => {
    const q = reaching([0.6, 0, wall + 0.01]);
    const { command } = clamped(judge(now, stateAt(q), velocity(moving(q, [0, 0, -0.2]))));
    const down = -tipVelocity(q, command.value)[2]!;
    const ramp = Math.max(...command.value.map((w, k) => Math.abs(w) / limits.joints[k]!.acceleration));
    expect(down * (0.01 + ramp / 2)).to.be.within(0.007, 0.0101);
  });
});

describe("hard limits win over the acceleration limit", () => {
  it("a joint that would run into its end is braked harder than acceleration allows, the others within it", () => {
    const q = neutral.map((x, k) => (k === 6 ? 4.7124 - 0.05 - 0.001 : x));
    const before = [0, 0, 0, 0, 0, 0.01, 2];
    const { command } = clamped(judge(now, stateAt(q), velocity([0, 0, 0, 0, 0, -0.01, 2]), velocity(before)));
    expect(broken(command.value, q, 0.01)).to.deep.equal([]);
    expect(before[6]! - command.value[6]!).to.be.greaterThan(0.05);
    expect(command.value[5], "a joint that is in nobody's way gets what it was asked for").to.be.closeTo(-0.01, 1e-9);
    expect(tooFast(command.value.slice(0, 6), before, 0.01)).to.equal(false);
  });

  it("a tip that races at a wall loses what it has toward the wall and keeps the rest", () => {
    const q = reaching([0.6, 0, limits.workspace.min[2] + 0.002]);
    const before = moving(q, [0.1, 0, -0.2]);
    const { command } = clamped(judge(now, stateAt(q), velocity(moving(q, [0.1, 0, 0.2])), velocity(before)));
    expect(broken(command.value, q, 0.01)).to.deep.equal([]);
    expect(tooFast(command.value, before, 0.01)).to.equal(true);
    const [x, , z] = tipVelocity(q, command.value);
    expect(x).to.be.closeTo(0.1, 5e-3);
    expect(z).to.be.within(-0.05, 0);
  });

  it("a ramp to rest is taken where the way to the target is barred but the ramp is not", () => {
    const q = [-0.5526, -0.1607, -0.0418, 0.545, 0.0504, 1.1838, 2.7393];
    const before = [-0.1654, 0.1624, -0.0771, -0.0708, -0.121, 0.1982, -0.2522];
    const asked = [0.337, -0.5232, -0.226, 1.3537, -0.1136, -1.0831, 0.5211];
    const { command } = clamped(judge(now, stateAt(q), velocity(asked, 0.05), velocity(before, 0.05)));
    expect(broken(command.value, q, 0.05)).to.deep.equal([]);
    expect(tooFast(command.value, before, 0.05)).to.equal(false);
  });

  it("standing still passes however fast the arm moved", () => {
    expect(judge(now, rest, velocity(seven(0)), velocity(seven(0.5))).kind).to.equal("pass");
  });
});

describe("an arm that follows, under a policy that jumps at random", () => {
  for (const period of [0.01, 0.05, 0.1])
    it(`stays within every limit, clear of all, for 4,000 commands of ${period * 1000} ms`, () => {
      const r = rng("governor", "jumps", String(period));
      let q: readonly number[] = reaching([0.58, 0, 0.12]);
      let previous = velocity(seven(0), period);
      let wish = seven(0);
      let [at, least] = [0, Infinity];
      const seen = new Set<string>();
      for (let t = 0; t < 4000; t++, at += period) {
        if (t % 10 === 0) wish = seven(0).map(() => r.between(-1, 1));
        const twist = [0.4 * wish[0]!, 0.4 * wish[1]!, 0.4 * wish[2]!, wish[3]!, wish[4]!, wish[5]!];
        const asked =
          r.uniform() < 0.05
            ? seven(0).map(() => r.between(-9, 9))
            : [...dampedLeastSquares(jacobian(arm, q).J, 7, twist, { damping: 0.05 })];
        const verdict = judge(seconds(at), stateAt(q, { at, velocity: previous.value }), velocity(asked, period), previous);
        if (verdict.kind === "stop") throw new Error(`step ${t}: ${verdict.reason}`);
        if (verdict.kind === "clamp") verdict.reason.split(",").forEach((reason) => seen.add(reason));
        const { value } = verdict.command;
        expect(broken(value, q, period), `step ${t}`).to.deep.equal([]);
        q = q.map((x, k) => x + value[k]! * period);
        tipOf(q).forEach((x, i) => {
          const { min, max } = limits.workspace;
          least = Math.min(least, x - min[i]!, max[i]! - x);
        });
        previous = verdict.command;
      }
      expect(least, "distance to the nearest wall").to.be.within(-1e-6, 0.05);
      expect([...seen]).to.include.members([
        "joint.speed",
        "joint.envelope",
        "tip.speed",
        "workspace",
        "clearance",
        "joint.acceleration",
      ]);
    });
});

describe("the judge", () => {
  it("is pure: the same question has the same answer, and the question stays as it was", () => {
    const question = [now, rest, velocity(seven(2)), velocity(seven(0.1))] as const;
    const copy = structuredClone(question);
    const first = judge(...question);
    judge(now, rest, velocity(seven(-1)));
    expect(judge(...question)).to.deep.equal(first);
    expect(question).to.deep.equal(copy);
  });

  it("is refused for an arm whose tip hangs on nothing", () => {
    expect(() => governor({ ...sawyer, tip: "nowhere" }, limits)).to.throw("nowhere");
  });
});
