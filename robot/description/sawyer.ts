import type { ArmDescription, Inertial, Joint, Link, Primitive } from "../../src/domain/arm.ts";
import { metres, rad } from "../../src/domain/units.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { commanded, endEffector, finger, fixed, geometry, inertial, poses, revolute } from "./facts.ts";
import type { Shape } from "./facts.ts";

const at = (xyz: Vec3) => ({ pose: { xyz, rpy: [0, 0, 0] as Vec3 }, collides: true });

const primitive = (shape: Shape): Primitive => {
  const [kind, xyz, size] = shape;
  if (kind === "box") return { ...at(xyz), shape: "box", size: size as Vec3 };
  if (kind === "sphere") return { ...at(xyz), shape: "sphere", radius: metres(size as number) };
  return { ...at(xyz), shape: "cylinder", radius: metres(size as number), length: metres(shape[3]) };
};

const link = (name: string, body?: Inertial, shapes: readonly Shape[] = geometry[name] ?? []): Link => {
  const row = inertial[name];
  const known = body ?? (row && { mass: row[0], com: row[1], inertia: row[2] });
  return { name, ...(known ? { inertial: known } : {}), geometry: shapes.map(primitive) };
};

const fixedJoint = (name: string): Joint => {
  const [parent, child, xyz, rpy] = fixed[name]!;
  return { name, kind: "fixed", parent, child, origin: { xyz, rpy }, axis: [0, 0, 1], lower: 0, upper: 0, speed: 0, effort: 0 };
};

const revoluteJoint = (name: string): Joint => {
  const [parent, child, xyz, rpy, lower, upper, speed, effort] = revolute[name]!;
  return { name, kind: "revolute", parent, child, origin: { xyz, rpy }, axis: [0, 0, 1], lower, upper, speed, effort };
};

/** Height of the finger frames above right_gripper_base: the fingers end at the tip. */
const knuckle = fixed.right_gripper_tip![2][2] - fixed.right_gripper_base![2][2] - finger.length;

/** `side`: +1 the left finger, out along +y; -1 the right one, out along -y. Both open with positive travel. */
const fingerJoint = (side: 1 | -1): Joint => ({
  name: `right_gripper_${side > 0 ? "l" : "r"}_finger_joint`,
  kind: "prismatic",
  parent: "right_gripper_base",
  child: `right_gripper_${side > 0 ? "l" : "r"}_finger`,
  origin: { xyz: [0, -side * finger.slot, knuckle], rpy: [0, 0, 0] },
  axis: [0, side, 0],
  lower: 0,
  upper: finger.travel,
  speed: finger.speed,
  effort: finger.effort,
});

/** Solid box and solid cylinder about their middle, kg m2: the vendor's placeholders for gripper and fingers are not physical. */
const boxInertia = (m: number, [x, y, z]: Vec3): Inertial["inertia"] => [
  (m / 12) * (y * y + z * z),
  (m / 12) * (x * x + z * z),
  (m / 12) * (x * x + y * y),
  0,
  0,
  0,
];
const cylinderInertia = (m: number, r: number, l: number): Inertial["inertia"] => {
  const across = (m / 12) * (3 * r * r + l * l);
  return [across, across, (m / 2) * r * r, 0, 0, 0];
};

const fingerLink = (side: 1 | -1): Link =>
  link(
    fingerJoint(side).child,
    { mass: finger.mass, com: [0, side * finger.width, finger.length / 2], inertia: boxInertia(finger.mass, finger.size) },
    [
      ["box", [0, side * finger.width, finger.length / 2], finger.size],
      ["box", [0, side * finger.pad, finger.length - finger.padSize[2] / 2], finger.padSize],
    ],
  );

/** What is left of the end effector without its fingers; its frame is right_gripper_base. */
const gripperLink = (): Link => {
  const mass = endEffector.mass - 2 * finger.mass;
  const mount = fixed.right_gripper_base![2][2];
  const fingersZ = knuckle + mount + finger.length / 2;
  const [x, y, z] = endEffector.com;
  const com: Vec3 = [
    (endEffector.mass * x) / mass,
    (endEffector.mass * y) / mass,
    (endEffector.mass * z - 2 * finger.mass * fingersZ) / mass - mount,
  ];
  const body = knuckle - endEffector.plateLength;
  return link("right_gripper_base", { mass, com, inertia: cylinderInertia(mass, endEffector.radius, knuckle) }, [
    ["cylinder", [0, 0, endEffector.plateLength / 2], endEffector.plateRadius, endEffector.plateLength],
    ["cylinder", [0, 0, endEffector.plateLength + body / 2], endEffector.radius, body],
  ]);
};

/**
 * The nominal Sawyer with its electric gripper (75 mm fingers, slot 2) on its pedestal. Names are the vendor's URDF's.
 * `joints` runs from base to fingers, parents before children; head_pan and the fingers are in it but take no JointCommand.
 */
export const sawyer: ArmDescription = {
  name: "sawyer",
  base: "base",
  tip: "right_gripper_tip",
  links: [
    ...["base", "pedestal", "right_arm_base_link", "right_l0", "head", "right_l1", "right_l2", "right_l3", "right_l4"].map((n) =>
      link(n),
    ),
    ...["right_l5", "right_l6", "right_hand"].map((n) => link(n)),
    gripperLink(),
    fingerLink(1),
    fingerLink(-1),
    link("right_gripper_tip"),
  ],
  joints: [
    ...["pedestal_fixed", "right_arm_mount"].map(fixedJoint),
    ...Object.keys(revolute).map(revoluteJoint),
    ...["right_hand", "right_gripper_base"].map(fixedJoint),
    fingerJoint(1),
    fingerJoint(-1),
    fixedJoint("right_gripper_tip"),
  ],
  commanded,
  poses: { neutral: poses.neutral.map(rad), shipping: poses.shipping.map(rad) },
};
