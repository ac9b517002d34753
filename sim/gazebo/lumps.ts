import type { ArmDescription, Inertial, Joint, Link, Pose, Primitive } from "../../src/domain/arm.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { apply, compose, fromPose, identity, poseOf } from "../../src/kinematics/transform.ts";
import type { Transform } from "../../src/kinematics/transform.ts";

/**
 * Links that do not move against one another, as one body in the frame of the first of them: a link of a few grams, or of none, is what makes a
 * rigid-body engine fly apart. `frames`: where the frames of the others are in it.
 */
export interface Lump {
  readonly name: string;
  readonly inertial: Inertial;
  readonly geometry: readonly Primitive[];
  readonly frames: Readonly<Record<string, Pose>>;
  /** What moves it; undefined for the base. Its parent is a lump's name. */
  readonly joint?: Joint;
}

type Six = Inertial["inertia"];
const zero: Six = [0, 0, 0, 0, 0, 0];
const plus = (a: Six, b: Six): Six => a.map((x, k) => x + b[k]!) as unknown as Six;

/** Inertia of a point mass at `r`, as the parallel-axis theorem wants it. */
const ofPoint = (m: number, [x, y, z]: Vec3): Six => [
  m * (y * y + z * z),
  m * (x * x + z * z),
  m * (x * x + y * y),
  -m * x * y,
  -m * x * z,
  -m * y * z,
];

/** R I R^T. */
function turnedBy({ R }: Transform, [xx, yy, zz, xy, xz, yz]: Six): Six {
  const I = [xx, xy, xz, xy, yy, yz, xz, yz, zz];
  const at = (i: number, j: number) => {
    let sum = 0;
    for (let k = 0; k < 3; k++) for (let l = 0; l < 3; l++) sum += R[3 * i + k]! * I[3 * k + l]! * R[3 * j + l]!;
    return sum;
  };
  return [at(0, 0), at(1, 1), at(2, 2), at(0, 1), at(0, 2), at(1, 2)];
}

/** Several bodies, each in its own frame, as one: mass, centre of mass, and inertia about that. */
export function together(parts: readonly { readonly at: Transform; readonly inertial: Inertial }[]): Inertial {
  const mass = parts.reduce((sum, { inertial }) => sum + inertial.mass, 0);
  const centres = parts.map(({ at, inertial }) => apply(at, inertial.com));
  const com = [0, 1, 2].map(
    (k) => centres.reduce((sum, c, i) => sum + parts[i]!.inertial.mass * c[k]!, 0) / mass,
  ) as unknown as Vec3;
  const inertia = parts.reduce((sum, { at, inertial }, i) => {
    const off: Vec3 = [centres[i]![0] - com[0], centres[i]![1] - com[1], centres[i]![2] - com[2]];
    return plus(sum, plus(turnedBy(at, inertial.inertia), ofPoint(inertial.mass, off)));
  }, zero);
  return { mass, com, inertia };
}

/** Joints that move here; every other one stands at zero and joins what it connects. Throws "config.invalid" for a body without mass. */
export function lumpsOf(description: ArmDescription, moves: (joint: Joint) => boolean): readonly Lump[] {
  const links = new Map(description.links.map((link) => [link.name, link]));
  const collect = (root: string, joint: Joint | undefined): Lump[] => {
    const parts: { at: Transform; link: Link }[] = [];
    const below: Joint[] = [];
    const gather = (name: string, at: Transform) => {
      parts.push({ at, link: links.get(name)! });
      for (const next of description.joints.filter(({ parent }) => parent === name)) {
        const there = compose(at, fromPose(next.origin));
        if (moves(next)) below.push({ ...next, parent: root, origin: poseOf(there) });
        else gather(next.child, there);
      }
    };
    gather(root, identity);
    const bodies = parts.flatMap(({ at, link: { inertial } }) => (inertial ? [{ at, inertial }] : []));
    const inertial = together(bodies);
    if (!(inertial.mass > 0))
      throw new OnarmError(
        "config.invalid",
        `${description.name}: ${root} and what is fixed to it have no mass; give one of them an inertial`,
      );
    const lump: Lump = {
      name: root,
      inertial,
      geometry: parts.flatMap(({ at, link }) =>
        link.geometry.map((it) => ({ ...it, pose: poseOf(compose(at, fromPose(it.pose))) })),
      ),
      frames: Object.fromEntries(parts.slice(1).map(({ at, link }) => [link.name, poseOf(at)])),
      ...(joint && { joint }),
    };
    return [lump, ...below.flatMap((next) => collect(next.child, next))];
  };
  return collect(description.base, undefined);
}
