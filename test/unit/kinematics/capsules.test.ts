import { expect } from "chai";
import fc from "fast-check";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ArmDescription, Joint, Primitive } from "../../../src/domain/arm.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { capsules } from "../../../src/kinematics/capsules.ts";
import type { Capsules } from "../../../src/kinematics/capsules.ts";
import { segmentToBox, segmentToSegment } from "../../../src/kinematics/distance.ts";
import { apartAtLeast, nearest, spread } from "../../../src/kinematics/spread.ts";
import { apply, compose, fromPose } from "../../../src/kinematics/transform.ts";
import { linkTransforms, tree } from "../../../src/kinematics/tree.ts";

const number = (low: number, high: number) => fc.double({ min: low, max: high, noNaN: true });
const jointsOf = (arm: ArmDescription, commanded: boolean) =>
  arm.joints.filter((j) => j.kind !== "fixed" && arm.commanded.includes(j.name) === commanded);
const values = (joints: readonly Joint[]) =>
  fc.tuple(...joints.map((j) => fc.oneof(number(j.lower, j.upper), fc.constantFrom(j.lower, j.upper))));

/** A point of a primitive, in its link's frame, from three numbers in [-1, 1]. */
function pointOf(primitive: Primitive, [u, v, w]: readonly [number, number, number]): Vec3 {
  const frame = fromPose(primitive.pose);
  if (primitive.shape === "box") return apply(frame, [u, v, w].map((x, i) => (x * primitive.size[i]!) / 2) as unknown as Vec3);
  const angle = Math.PI * u;
  if (primitive.shape === "cylinder")
    return apply(frame, [
      v * primitive.radius * Math.cos(angle),
      v * primitive.radius * Math.sin(angle),
      (w * primitive.length) / 2,
    ]);
  const up = Math.PI * v;
  const on = [Math.cos(angle) * Math.sin(up), Math.sin(angle) * Math.sin(up), Math.cos(up)].map((x) => x * primitive.radius);
  const end = primitive.shape === "capsule" ? (w * primitive.length) / 2 : 0;
  return apply(frame, [on[0]!, on[1]!, on[2]! + end]);
}

/** How far a point lies outside the nearest capsule, m. */
const outside = (model: Capsules, ends: Float64Array, p: Vec3) =>
  Math.min(
    ...model.capsules.map(({ radius }, c) => {
      const [a, b] = [0, 3].map((o) => [0, 1, 2].map((i) => ends[6 * c + o + i]!) as unknown as Vec3);
      return segmentToSegment(p, p, a!, b!).distance - radius;
    }),
  );

const turn = (rpy: Vec3, xyz: Vec3 = [0, 0, 0]) => ({ xyz, rpy });
const joint = (name: string, parent: string, child: string, more: Partial<Joint>): Joint => ({
  name,
  kind: "fixed",
  parent,
  child,
  origin: turn([0, 0, 0]),
  axis: [0, 0, 1],
  lower: -1,
  upper: 1,
  speed: 1,
  effort: 1,
  ...more,
});
const solid = { collides: true };
/** Rails, skew axes, a turret and a drawer that nobody commands, every shape, boxes off all axes. */
const oddArm: ArmDescription = {
  name: "odd",
  base: "floor",
  tip: "tip",
  links: [
    { name: "floor", geometry: [{ ...solid, pose: turn([0.3, 0.4, 0], [0, 0, -1]), shape: "box", size: [0.4, 0.3, 0.2] }] },
    {
      name: "mast",
      geometry: [{ ...solid, pose: turn([0.5, 0, 0], [0, -2, 0]), shape: "capsule", radius: 0.1, length: 0.3 } as Primitive],
    },
    { name: "car", geometry: [{ ...solid, pose: turn([0, 1, 0]), shape: "box", size: [0.2, 0.1, 0.3] }] },
    {
      name: "upper",
      geometry: [
        { ...solid, pose: turn([1, 0, 0], [0.2, 0, 0]), shape: "capsule", radius: 0.05, length: 0.2 } as Primitive,
        { collides: false, pose: turn([0, 0, 0], [9, 9, 9]), shape: "sphere", radius: 1 } as Primitive,
      ],
    },
    {
      name: "turret",
      geometry: [
        { ...solid, pose: turn([0, 0, 0], [0, 0, 0.1]), shape: "sphere", radius: 0.05 } as Primitive,
        { ...solid, pose: turn([0, 1, 0], [0.1, 0, 0]), shape: "cylinder", radius: 0.02, length: 0.1 } as Primitive,
        { ...solid, pose: turn([0, 0, 1], [0, 0.1, 0]), shape: "box", size: [0.02, 0.03, 0.04] },
      ],
    },
    {
      name: "drawer",
      geometry: [
        { ...solid, pose: turn([0, 0, 0]), shape: "sphere", radius: 0.03 } as Primitive,
        { ...solid, pose: turn([0, 0, 0]), shape: "cylinder", radius: 0.02, length: 0.2 } as Primitive,
        { ...solid, pose: turn([0.2, 0.3, 0.4]), shape: "box", size: [0.05, 0.2, 0.1] },
      ],
    },
    { name: "tip", geometry: [] },
  ],
  joints: [
    joint("footing", "floor", "mast", {}),
    joint("rail", "floor", "car", { kind: "prismatic", axis: [0, 2, 0], origin: turn([0.3, -0.2, 0.1]) }),
    joint("skew", "car", "upper", { kind: "revolute", axis: [1, 0, 1], origin: turn([0, 0, 0], [0.4, 0, 0]) }),
    joint("swivel", "upper", "turret", { kind: "revolute", axis: [0, 0, 3], origin: turn([0, 0.5, 0]) }),
    joint("slide", "upper", "drawer", { kind: "prismatic", axis: [1, 1, 0], lower: -0.1, upper: 0.3 }),
    joint("tool", "upper", "tip", { origin: turn([0, 1, 0], [0, 0.05, 0.2]) }),
  ],
  commanded: ["rail", "skew"],
  poses: {},
};

describe("capsules", () => {
  for (const arm of [sawyer, oddArm]) {
    const model = capsules(arm);
    const all = tree(arm);
    const [given, free] = [jointsOf(arm, true), jointsOf(arm, false)];
    const moving = arm.links.flatMap((link) =>
      link.geometry.filter(({ collides }) => collides).map((primitive) => ({ name: link.name, primitive })),
    );
    const stands = (name: string): boolean => {
      const above = arm.joints.find((j) => j.child === name);
      return !above || (!arm.commanded.includes(above.name) && stands(above.parent));
    };

    it(`hold every point of every moving link of ${arm.name}, whatever the joints do that take no command`, () => {
      const share = number(-1, 1);
      const what = fc.constantFrom(...moving.filter(({ name }) => !stands(name)));
      fc.assert(
        fc.property(what, values(given), values(free), fc.tuple(share, share, share), ({ name, primitive }, q, others, at) => {
          const named = Object.fromEntries(free.map((j, k) => [j.name, others[k]!]));
          const p = apply(linkTransforms(all, q, named).get(name)!, pointOf(primitive, at));
          expect(outside(model, spread(model, q).ends, p), name).to.be.at.most(1e-9);
        }),
        { numRuns: 5000 },
      );
    });

    it(`know how far a joint of ${arm.name} can move them, and bound their distances from below`, () => {
      const w = fc.array(number(-1, 1), { minLength: given.length, maxLength: given.length });
      fc.assert(
        fc.property(values(given), w, number(0, 0.5), (q, velocity, time) => {
          const [here, there] = [q, q.map((x, k) => x + velocity[k]! * time)].map((x) => spread(model, x).ends);
          model.capsules.forEach(({ joint: last, reach }, c) => {
            const most = velocity.reduce((sum, v, k) => (k <= last ? sum + Math.abs(v) * time * reach[k]! : sum), 0);
            for (const o of [0, 3]) {
              const way = Math.hypot(...[0, 1, 2].map((i) => there![6 * c + o + i]! - here![6 * c + o + i]!));
              expect(way).to.be.at.most(most + 1e-9);
            }
          });
          for (const pair of model.pairs)
            expect(apartAtLeast(model, here!, pair)).to.be.at.most(nearest(model, here!, pair).distance + 1e-9);
        }),
        { numRuns: 200 },
      );
    });
  }

  it("stand out little beyond the finger tips, and not at all sideways of the arm's description otherwise", () => {
    const model = capsules(sawyer);
    const { ends, tip } = spread(model, sawyer.poses.neutral!);
    const lowest = Math.min(...model.capsules.map(({ radius }, c) => Math.min(ends[6 * c + 2]!, ends[6 * c + 5]!) - radius));
    expect(tip[2] - lowest).to.be.within(0, 0.0017);
  });

  it("of parts joined by one joint, of parts that touch at neutral and of parts that never part are no pairs", () => {
    const { capsules: all, pairs } = capsules(sawyer);
    for (const { capsule, other } of pairs)
      if (typeof other === "number") expect(all[capsule]!.joint - all[other]!.joint).to.be.above(1);
      else expect(all[capsule]!.joint).to.be.above(0);
    const names = pairs.map(
      ({ capsule, other }) => `${all[capsule]!.link}-${typeof other === "number" ? all[other]!.link : other.name}`,
    );
    expect(names).to.include.members([
      "right_l4-head",
      "right_hand-right_l2",
      "right_gripper_l_finger-pedestal",
      "right_l3-right_l1",
    ]);
    expect(
      names.filter((name) => name === "right_l2-head"),
      "only the ball at the elbow",
    ).to.have.length(1);
  });

  it("of an arm whose tip hangs on nothing are refused", () => {
    expect(() => capsules({ ...sawyer, tip: "nowhere" })).to.throw("nowhere");
  });

  it("are as far from a box that is turned as they are in its own frame", () => {
    const model = capsules(oddArm);
    const turned = model.pairs.find(({ other }) => typeof other !== "number" && other.R !== undefined)!;
    if (typeof turned.other === "number") throw new Error("a box was expected");
    const { R, centre, half: h } = turned.other;
    const { ends } = spread(model, [0.3, -0.4]);
    const frame = { p: centre, R: R! };
    const back = compose(
      { p: [0, 0, 0], R: [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => R![i]!) },
      { p: centre.map((x) => -x) as unknown as Vec3, R: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
    );
    const [a, b] = [0, 3].map((o) => apply(back, [0, 1, 2].map((i) => ends[6 * turned.capsule + o + i]!) as unknown as Vec3));
    const found = nearest(model, ends, turned);
    const local = segmentToBox(a!, b!, h);
    expect(found.distance).to.be.closeTo(local.distance - model.capsules[turned.capsule]!.radius, 1e-12);
    apply(frame, local.at).forEach((x, i) => expect(found.at[i]).to.be.closeTo(x, 1e-12));
  });
});
