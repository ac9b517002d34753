import { expect } from "chai";
import fc from "fast-check";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ArmDescription, Joint } from "../../../src/domain/arm.ts";
import { isOnarmError } from "../../../src/domain/errors.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { chain, forward, jacobian } from "../../../src/kinematics/chain.ts";
import type { Transform } from "../../../src/kinematics/chain.ts";
import { orientationError } from "../../../src/kinematics/inverse.ts";
import { linkTransforms, tree } from "../../../src/kinematics/tree.ts";

const arm = chain(sawyer);
const limits = sawyer.commanded.map((name) => sawyer.joints.find((j) => j.name === name)!);
const pose = fc.tuple(...limits.map((j) => fc.double({ min: j.lower, max: j.upper, noNaN: true })));

const joint = (name: string, parent: string, child: string, more: Partial<Joint>): Joint => ({
  name,
  kind: "fixed",
  parent,
  child,
  origin: { xyz: [0, 0, 0], rpy: [0, 0, 0] },
  axis: [0, 0, 1],
  lower: -3,
  upper: 3,
  speed: 1,
  effort: 1,
  ...more,
});
/** A rail along y, then a joint about -z, then one about x+z: every kind of axis that the compiler has to turn. */
const oddArm: ArmDescription = {
  name: "odd",
  base: "floor",
  tip: "tip",
  links: ["floor", "car", "stand", "upper", "fore", "tip"].map((name) => ({ name, geometry: [] })),
  joints: [
    joint("rail", "floor", "car", { kind: "prismatic", axis: [0, 2, 0], origin: { xyz: [0.1, 0, 0.2], rpy: [0.3, -0.2, 0.1] } }),
    joint("mount", "car", "stand", { origin: { xyz: [0, 0.1, 0.3], rpy: [0, 0.4, 0] } }),
    joint("down", "stand", "upper", { kind: "revolute", axis: [0, 0, -1], origin: { xyz: [0, 0, 0.1], rpy: [0, 0, 1] } }),
    joint("skew", "upper", "fore", { kind: "revolute", axis: [1, 0, 1], origin: { xyz: [0.4, 0, 0], rpy: [0, 0, 0] } }),
    joint("tool", "fore", "tip", { origin: { xyz: [0, 0.05, 0.2], rpy: [0, 1, 0] } }),
  ],
  commanded: ["rail", "down", "skew"],
  poses: {},
};

const worst = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((w, x, i) => Math.max(w, Math.abs(x - b[i]!)), 0);
const gap = (a: Transform, b: Transform) => Math.max(worst(a.p, b.p), worst(a.R, b.R));

/** Columns by central differences: position, and the turn between the two frames. */
const differences = (c: ReturnType<typeof chain>, q: readonly number[], h = 1e-6) => {
  const J = new Float64Array(6 * c.joints);
  for (let k = 0; k < c.joints; k++) {
    const at = (d: number) =>
      forward(
        c,
        q.map((x, i) => (i === k ? x + d : x)),
      );
    const [low, high] = [at(-h), at(h)];
    const turn: Vec3 = orientationError(low.R, high.R);
    for (let i = 0; i < 3; i++) {
      J[i * c.joints + k] = (high.p[i]! - low.p[i]!) / (2 * h);
      J[(3 + i) * c.joints + k] = turn[i]! / (2 * h);
    }
  }
  return J;
};

describe("forward kinematics", () => {
  it("gives the same tip from the compiled chain as from walking the whole tree", () => {
    const all = tree(sawyer);
    fc.assert(
      fc.property(pose, (q) => {
        expect(gap(forward(arm, q), linkTransforms(all, q).get("right_gripper_tip")!)).to.be.lessThan(1e-12);
      }),
    );
  });

  it("does so too for rails and for axes other than z", () => {
    const c = chain(oddArm);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }), (q) => {
        expect(gap(forward(c, q), linkTransforms(tree(oddArm), q).get("tip")!)).to.be.lessThan(1e-12);
      }),
    );
  });

  it("returns a rotation: orthonormal and right-handed", () => {
    fc.assert(
      fc.property(pose, (q) => {
        const { R } = forward(arm, q);
        for (let i = 0; i < 3; i++)
          for (let j = 0; j < 3; j++) {
            const dot = [0, 1, 2].reduce((s, k) => s + R[3 * i + k]! * R[3 * j + k]!, 0);
            expect(dot).to.be.closeTo(i === j ? 1 : 0, 1e-12);
          }
        const cross =
          R[0]! * (R[4]! * R[8]! - R[5]! * R[7]!) -
          R[1]! * (R[3]! * R[8]! - R[5]! * R[6]!) +
          R[2]! * (R[3]! * R[7]! - R[4]! * R[6]!);
        expect(cross).to.be.closeTo(1, 1e-12);
      }),
    );
  });

  it("lets a NaN joint show in the tip instead of hiding it", () => {
    expect(forward(arm, [0, 0, 0, NaN, 0, 0, 0]).p.some(Number.isNaN)).to.equal(true);
  });

  it("refuses a tip that is not of the arm, and one that the commanded joints do not all lead to", () => {
    const refused = (tip: string) => {
      try {
        chain(sawyer, tip);
      } catch (error) {
        return isOnarmError(error) && error.code === "config.invalid" && error.message;
      }
      return false;
    };
    expect(refused("left_hand")).to.contain("left_hand");
    expect(refused("right_l3")).to.contain("right_l3");
    expect(refused("head")).to.contain("head");
  });

  it("refuses a description whose joints go round in a circle", () => {
    const ring = {
      ...oddArm,
      joints: [joint("a", "fore", "tip", {}), joint("b", "tip", "fore", {})],
    };
    expect(() => chain(ring)).to.throw("no joints lead from floor to tip");
    expect(() => tree(ring)).to.throw("which nothing carries");
  });
});

describe("the Jacobian", () => {
  it("agrees with central differences of the tip, position and orientation", () => {
    fc.assert(
      fc.property(pose, (q) => {
        const { J, tip } = jacobian(arm, q);
        expect(gap(tip, forward(arm, q))).to.equal(0);
        expect(worst(J, differences(arm, q))).to.be.lessThan(1e-7);
      }),
    );
  });

  it("does so too for rails and for axes other than z", () => {
    const c = chain(oddArm);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }), (q) => {
        expect(worst(jacobian(c, q).J, differences(c, q))).to.be.lessThan(1e-7);
      }),
    );
  });
});

describe("link frames", () => {
  it("turn the head without moving the arm", () => {
    const all = tree(sawyer);
    const rest = linkTransforms(all, sawyer.poses.neutral!);
    const turned = linkTransforms(all, sawyer.poses.neutral!, { head_pan: 1 });
    for (const [name, frame] of rest) {
      if (name === "head") expect(gap(frame, turned.get(name)!)).to.be.greaterThan(0.1);
      else expect(gap(frame, turned.get(name)!), name).to.equal(0);
    }
  });

  it("name every link of the description", () => {
    expect([...linkTransforms(tree(sawyer), sawyer.poses.neutral!).keys()]).to.have.members(sawyer.links.map((l) => l.name));
  });
});
