import type { Pose } from "../../src/domain/arm.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { childOf, xmlOf } from "./xml.ts";
import type { Element } from "./xml.ts";

/** A joint as a URDF tells it. Limits of joints that have none are infinite. SI. */
export interface UrdfJoint {
  readonly name: string;
  readonly type: string;
  readonly parent: string;
  readonly child: string;
  readonly origin: Pose;
  readonly axis: Vec3;
  readonly lower: number;
  readonly upper: number;
  readonly speed: number;
  readonly effort: number;
}

export interface UrdfModel {
  readonly name: string;
  readonly links: ReadonlySet<string>;
  readonly joints: ReadonlyMap<string, UrdfJoint>;
}

const ZERO = "0 0 0";

/** The links and joints of a URDF (ROS's robot description, http://wiki.ros.org/urdf/XML). @throws "config.invalid", naming what cannot be read */
export function urdfModel(text: string, from: string): UrdfModel {
  const refuse = (why: string) => new OnarmError("config.invalid", `${from}: ${why}; give the URDF as the robot publishes it`);
  const robot = xmlOf(text, from);
  if (robot.name !== "robot") throw refuse(`begins with <${robot.name}>, not with <robot>`);
  const number = (joint: string, what: string, said: string | undefined, missing: number) => {
    const value = said === undefined || said.trim() === "" ? missing : Number(said);
    if (Number.isNaN(value)) throw refuse(`joint ${joint} has "${said}" for ${what}`);
    return value;
  };
  const vector = (joint: string, what: string, said: string): Vec3 => {
    const [x, y, z, ...more] = said.trim().split(/\s+/).map(Number);
    if (![x, y, z].every((it) => Number.isFinite(it)) || more.length > 0)
      throw refuse(`joint ${joint} has "${said}" for ${what}`);
    return [x!, y!, z!];
  };
  const jointOf = (element: Element): UrdfJoint => {
    const { name = "", type = "" } = element.attributes;
    const [origin, axis, limit] = ["origin", "axis", "limit"].map((it) => childOf(element, it)?.attributes);
    const [parent, child] = ["parent", "child"].map((it) => childOf(element, it)?.attributes["link"]);
    if (name === "" || parent === undefined || child === undefined)
      throw refuse(`a joint "${name}" does not tell its name, its parent and its child`);
    // Absent limits bind nothing; a bare <limit> has zeros, as the format has it.
    const bound = (what: "lower" | "upper" | "velocity" | "effort", free: number) =>
      number(name, what, limit?.[what], limit ? 0 : free);
    return {
      ...{ name, type, parent, child },
      origin: {
        xyz: vector(name, "origin xyz", origin?.["xyz"] ?? ZERO),
        rpy: vector(name, "origin rpy", origin?.["rpy"] ?? ZERO),
      },
      axis: vector(name, "axis", axis?.["xyz"] ?? "1 0 0"),
      lower: type === "continuous" ? -Infinity : bound("lower", -Infinity),
      upper: type === "continuous" ? Infinity : bound("upper", Infinity),
      speed: bound("velocity", Infinity),
      effort: bound("effort", Infinity),
    };
  };
  const joints = robot.children.filter(({ name }) => name === "joint").map(jointOf);
  const links = robot.children.filter(({ name }) => name === "link").map(({ attributes }) => attributes["name"] ?? "");
  const twice = joints.find(({ name }, k) => joints.findIndex((other) => other.name === name) !== k);
  if (twice) throw refuse(`has two joints ${twice.name}`);
  return {
    name: robot.attributes["name"] ?? "",
    links: new Set(links),
    joints: new Map(joints.map((joint) => [joint.name, joint])),
  };
}
