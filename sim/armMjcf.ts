import type { ArmDescription, Joint, Link, Pose, Primitive } from "../src/domain/arm.ts";
import { OnarmError } from "../src/domain/errors.ts";
import { holder, servo } from "./actuation.ts";

/** MJCF of the arm itself, from its description. Angles are rad and Euler angles URDF's fixed axes, as sim/mjcf.ts tells the compiler. */

const numbers = (xs: readonly number[]) => xs.join(" ");
const placed = ({ xyz, rpy }: Pose) => `pos="${numbers(xyz)}" euler="${numbers(rpy)}"`;

const shape = (p: Primitive) => {
  switch (p.shape) {
    case "sphere":
      return `type="sphere" size="${p.radius}"`;
    case "capsule":
    case "cylinder":
      return `type="${p.shape}" size="${p.radius} ${p.length / 2}"`;
    case "box":
      return `type="box" size="${numbers(p.size.map((x) => x / 2))}"`;
  }
};

const inertial = ({ inertial: it }: Link) =>
  it ? `<inertial pos="${numbers(it.com)}" mass="${it.mass}" fullinertia="${numbers(it.inertia)}"/>` : "";

function jointElement(joint: Joint, commanded: boolean): string {
  const { armature, damping } = commanded ? servo(joint) : { ...holder(joint), damping: 0.6 };
  const type = joint.kind === "prismatic" ? "slide" : "hinge";
  return (
    `<joint name="${joint.name}" type="${type}" axis="${numbers(joint.axis)}" range="${joint.lower} ${joint.upper}" ` +
    `armature="${armature}" damping="${damping}" ` +
    // Gravity is carried by the same motors, so it counts against what they can give.
    `actuatorgravcomp="true" actuatorfrcrange="${-joint.effort} ${joint.effort}"/>`
  );
}

const actuator = (joint: Joint, commanded: boolean) => {
  if (commanded) return `<velocity name="${joint.name}" joint="${joint.name}" kv="${servo(joint).gain}"/>`;
  const { gain, damping } = holder(joint);
  return `<position name="${joint.name}" joint="${joint.name}" kp="${gain}" kv="${damping}"/>`;
};

/** `bodies`: MJCF for the world; `actuators`: one a joint, named as it; `weights`: bodies whose gravity the motors carry; `tools`: geoms that touch. */
export interface ArmMjcf {
  readonly bodies: string;
  readonly actuators: string;
  readonly weights: readonly string[];
  readonly tools: readonly string[];
}

/**
 * The arm as MJCF. Only what the last two commanded joints carry has shape here: the rest could touch nothing that a scene has, and every
 * shape costs time in every step. Throws "config.invalid" when the description does not hang together.
 */
export function armMjcf(description: ArmDescription): ArmMjcf {
  const links = new Map(description.links.map((link) => [link.name, link]));
  const commanded = new Set(description.commanded);
  const wrist = description.commanded.at(-2);
  const weights: string[] = [];
  const tools: string[] = [];

  const geom = (p: Primitive) => `<geom name="tool${tools.push(`tool${tools.length}`) - 1}" ${shape(p)} ${placed(p.pose)}/>`;
  const content = (name: string, moves: boolean, touches: boolean): string => {
    const geoms = touches
      ? links
          .get(name)!
          .geometry.filter((p) => p.collides)
          .map(geom)
      : [];
    const tip = name === description.tip ? `<site name="tip"/>` : "";
    const below = description.joints.filter((joint) => joint.parent === name).map((joint) => hang(joint, moves, touches));
    return [...geoms, tip, ...below].join("");
  };
  const hang = (joint: Joint, moves: boolean, touches: boolean): string => {
    const it = links.get(joint.child);
    if (!it)
      throw new OnarmError(
        "config.invalid",
        `${description.name}: joint ${joint.name} leads to no link (${joint.child}); add the link`,
      );
    const turns = joint.kind !== "fixed";
    const inside = content(it.name, moves || turns, touches || joint.name === wrist);
    // A link without a joint of its own is only a frame, unless it has weight to move.
    if (!turns && !(moves && it.inertial)) return `<frame ${placed(joint.origin)}>${inside}</frame>`;
    weights.push(it.name);
    const own = turns ? jointElement(joint, commanded.has(joint.name)) : "";
    return `<body name="${it.name}" gravcomp="1" ${placed(joint.origin)}>${inertial(it)}${own}${inside}</body>`;
  };

  const bodies = content(description.base, false, false);
  const actuators = description.joints
    .filter((joint) => joint.kind !== "fixed")
    .map((joint) => actuator(joint, commanded.has(joint.name)));
  return { bodies, actuators: actuators.join(""), weights, tools };
}
