import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { forward, chain } from "../../../src/kinematics/chain.ts";
import { linkTransforms, tree } from "../../../src/kinematics/tree.ts";

const near = (got: readonly number[], want: readonly number[], within: number) =>
  got.forEach((x, i) => expect(x, `element ${i} of ${got.join(", ")}`).to.be.closeTo(want[i]!, within));

describe("the Sawyer's description", () => {
  it("puts right_hand and the finger tip where the vendor's arm has them in neutral", () => {
    const neutral = sawyer.poses.neutral!;
    near(forward(chain(sawyer, "right_hand"), neutral).p, [0.449598, 0.1603, 0.215754], 1e-5);
    near(forward(chain(sawyer), neutral).p, [0.449705, 0.1603, 0.080134], 1e-5);
  });

  it("points the tool straight down in neutral and closes the fingers along base x", () => {
    const { R } = forward(chain(sawyer), sawyer.poses.neutral!);
    near([R[2]!, R[5]!, R[8]!], [0, 0, -1], 1e-3);
    near([R[1]!, R[4]!, R[7]!], [1, 0, 0], 1e-3);
  });

  it("is one tree: every link but the base has exactly one parent joint, parents come first, names are unique", () => {
    const links = sawyer.links.map((l) => l.name);
    expect(new Set(links).size).to.equal(links.length);
    expect(sawyer.joints.map((j) => j.child).sort()).to.deep.equal(links.filter((l) => l !== sawyer.base).sort());
    const seen = new Set([sawyer.base]);
    for (const joint of sawyer.joints) {
      expect(seen.has(joint.parent), `${joint.name} hangs on ${joint.parent}`).to.equal(true);
      seen.add(joint.child);
    }
  });

  it("commands the seven arm joints and neither head nor fingers", () => {
    expect(sawyer.commanded).to.deep.equal([0, 1, 2, 3, 4, 5, 6].map((k) => `right_j${k}`));
    const free = sawyer.joints.filter((j) => j.kind !== "fixed" && !sawyer.commanded.includes(j.name)).map((j) => j.name);
    expect(free).to.have.members(["head_pan", "right_gripper_l_finger_joint", "right_gripper_r_finger_joint"]);
  });

  it("holds its named poses inside the joints' range", () => {
    for (const [name, pose] of Object.entries(sawyer.poses)) {
      expect(pose).to.have.length(7);
      pose.forEach((q, k) => {
        const joint = sawyer.joints.find((j) => j.name === sawyer.commanded[k])!;
        expect(q, `${name} ${joint.name}`).to.be.within(joint.lower, joint.upper);
      });
    }
  });

  it("has a clear gap of 15.5 mm between closed fingers and 57.2 mm between open ones, and they end at the tip", () => {
    for (const [travel, gap] of [
      [0, 0.0155],
      [0.020833, 0.057166],
    ] as const) {
      const frames = linkTransforms(tree(sawyer), sawyer.poses.neutral!, {
        right_gripper_l_finger_joint: travel,
        right_gripper_r_finger_joint: travel,
      });
      const tip = frames.get("right_gripper_tip")!;
      const along = (column: 1 | 2, p: readonly number[]) =>
        [0, 1, 2].reduce((sum, i) => sum + tip.R[3 * i + column]! * (p[i]! - tip.p[i]!), 0);
      const faces = ([1, -1] as const).map((side) => {
        const name = `right_gripper_${side > 0 ? "l" : "r"}_finger`;
        const frame = frames.get(name)!;
        const boxes = sawyer.links.find((l) => l.name === name)!.geometry;
        for (const box of boxes) {
          if (box.shape !== "box") throw new Error(`${name} is not made of boxes`);
          const end = along(2, frame.p) + box.pose.xyz[2] + box.size[2] / 2;
          expect(end, `${name} ends at the tip`).to.be.closeTo(0, 1e-9);
        }
        const inner = boxes.map(
          (box) => along(1, frame.p) + box.pose.xyz[1] - (side * (box.shape === "box" ? box.size[1] : 0)) / 2,
        );
        return side > 0 ? Math.min(...inner) : Math.max(...inner);
      });
      expect(faces[0]! - faces[1]!).to.be.closeTo(gap, 1e-6);
    }
  });

  it("gives every moving link mass and a physical inertia, and the end effector its published mass", () => {
    for (const joint of sawyer.joints.filter((j) => j.kind !== "fixed")) {
      const body = sawyer.links.find((l) => l.name === joint.child)!.inertial!;
      expect(body.mass, joint.child).to.be.greaterThan(0);
      const [xx, yy, zz, xy, xz, yz] = body.inertia;
      expect(xx, joint.child).to.be.greaterThan(0);
      expect(xx * yy - xy * xy, joint.child).to.be.greaterThan(0);
      expect(xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz), joint.child).to.be.greaterThan(0);
      for (const [a, b, c] of [
        [xx, yy, zz],
        [yy, zz, xx],
        [zz, xx, yy],
      ] as const)
        expect(a + b, `${joint.child} triangle inequality`).to.be.greaterThan(c);
    }
    const mass = sawyer.links.filter((l) => l.name.startsWith("right_gripper")).reduce((m, l) => m + (l.inertial?.mass ?? 0), 0);
    expect(mass).to.be.closeTo(0.47, 1e-12);
  });

  it("has no shape of zero or negative size", () => {
    for (const link of sawyer.links)
      for (const shape of link.geometry) {
        const sizes =
          shape.shape === "box" ? shape.size : shape.shape === "sphere" ? [shape.radius] : [shape.radius, shape.length];
        for (const size of sizes) expect(size, link.name).to.be.greaterThan(0);
      }
  });
});
