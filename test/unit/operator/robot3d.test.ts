import { expect } from "chai";
import fc from "fast-check";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ArmDescription, Joint } from "../../../src/domain/arm.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { linkTransforms, tree } from "../../../src/kinematics/tree.ts";

interface Drawn {
  pose(position: readonly number[]): void;
  tip(): { toArray(): number[] };
}
interface Part {
  readonly link: string;
  readonly kind: string;
  readonly parts: readonly { attributes: { position: { array: Float32Array } } }[];
}
/** The page's own file, as the browser runs it; here three comes from node_modules. */
const page = new URL("../../../src/operator/page/robot3d.js", import.meta.url).href;
const { body, robot } = (await import(page)) as {
  body(description: ArmDescription): Part[];
  robot(description: ArmDescription, shapes: Part[], dress: (kind: string) => unknown): Drawn;
};

const drawn = (description: ArmDescription) => robot(description, body(description), () => undefined);
const tipOf = (description: ArmDescription, q: readonly number[]) => linkTransforms(tree(description), q).get(description.tip)!.p;
const apart = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((x, i) => x - b[i]!));

const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
const metre = fc.double({ min: -1, max: 1, noNaN: true });
const triple = (of: fc.Arbitrary<number>) => fc.tuple(of, of, of) as fc.Arbitrary<Vec3>;

describe("the arm as the page draws it", () => {
  it("has its tip where our kinematics have it, at any pose of the Sawyer", () => {
    const arm = drawn(sawyer);
    const limits = sawyer.commanded.map((name) => sawyer.joints.find((joint) => joint.name === name)!);
    const pose = fc.tuple(...limits.map(({ lower, upper }) => fc.double({ min: lower, max: upper, noNaN: true })));
    fc.assert(
      fc.property(pose, (q) => {
        arm.pose(q);
        expect(apart(arm.tip().toArray(), tipOf(sawyer, q))).to.be.below(1e-6);
      }),
      { numRuns: 200 },
    );
  });

  it("has it for arms that nobody has built: any origins, any axes, joints that slide and joints that are fixed", () => {
    const kind = fc.constantFrom<Joint["kind"]>("revolute", "prismatic", "fixed");
    const axis = triple(metre).filter((v) => Math.hypot(...v) > 0.05);
    const row = fc.record({ kind, axis, xyz: triple(metre), rpy: triple(angle), q: angle });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
        const joints = rows.map(({ kind, axis, xyz, rpy }, i): Joint => {
          const range = { lower: -4, upper: 4, speed: 1, effort: 1 };
          return { name: `j${i}`, kind, parent: `l${i}`, child: `l${i + 1}`, origin: { xyz, rpy }, axis, ...range };
        });
        const links = Array.from({ length: rows.length + 1 }, (_, i) => ({ name: `l${i}`, geometry: [] }));
        const commanded = joints.filter(({ kind }) => kind !== "fixed").map(({ name }) => name);
        // Children first: the order of a description is its own affair.
        const one = { name: "any", base: "l0", tip: `l${rows.length}`, links, joints: joints.reverse(), commanded, poses: {} };
        const q = rows.filter(({ kind }) => kind !== "fixed").map(({ q }) => q);
        const arm = drawn(one);
        arm.pose(q);
        expect(apart(arm.tip().toArray(), tipOf(one, q))).to.be.below(1e-6);
      }),
    );
  });

  it("knows what moves towards the tip, what stands, and what would only hide the arm", () => {
    const kinds = new Map(
      body(sawyer)
        .filter(({ kind }) => kind !== "seam")
        .map(({ link, kind }) => [link, kind]),
    );
    expect(Object.fromEntries(kinds)).to.deep.equal({
      base: "stand",
      pedestal: "stand",
      right_arm_base_link: "base",
      right_l0: "limb",
      head: "aside",
      right_l1: "limb",
      right_l2: "limb",
      right_l3: "limb",
      right_l4: "limb",
      right_l5: "limb",
      right_l6: "limb",
      right_hand: "hand",
      right_gripper_base: "hand",
      right_gripper_l_finger: "hand",
      right_gripper_r_finger: "hand",
      right_gripper_tip: "hand",
    });
  });

  it("draws every shape of the description as large as it is", () => {
    const parts = body(sawyer);
    for (const { name, geometry } of sawyer.links) {
      const made = parts.find(({ link, kind }) => link === name && kind !== "seam")!.parts;
      geometry.forEach((shape, i) => {
        const { array } = made[i]!.attributes.position;
        const points = Array.from({ length: array.length / 3 }, (_, k) => [array[3 * k]!, array[3 * k + 1]!, array[3 * k + 2]!]);
        const reach = [0, 1, 2].map((axis) => {
          const xs = points.map((point) => point[axis]! - shape.pose.xyz[axis]!);
          return Math.max(...xs) - Math.min(...xs);
        });
        const wanted =
          shape.shape === "box"
            ? shape.size
            : [2 * shape.radius, 2 * shape.radius, shape.shape === "sphere" ? 2 * shape.radius : shape.length];
        reach.forEach((extent, axis) => expect(extent, `${name} ${shape.shape}`).to.be.closeTo(wanted[axis]!, 1e-4));
      });
    }
  });

  it("gives bones to an arm of which nothing but its joints is known, so that it can be seen", () => {
    const bare = { ...sawyer, links: sawyer.links.map(({ name }) => ({ name, geometry: [] })) };
    const limbs = body(bare).filter(({ kind }) => kind === "limb");
    expect(limbs.map(({ link }) => link)).to.deep.equal([0, 1, 2, 3, 4, 5, 6].map((i) => `right_l${i}`));
    for (const { link, parts } of limbs) expect(parts.length, link).to.be.greaterThan(0);
  });

  it("leaves no numbers that are none in what it hands to the graphics card", () => {
    for (const { link, parts } of body(sawyer))
      for (const { attributes } of parts) expect(attributes.position.array.every(Number.isFinite), link).to.equal(true);
  });
});
