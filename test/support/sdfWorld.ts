import { childOf, xmlOf } from "../../robot/urdf/xml.ts";
import type { Element } from "../../robot/urdf/xml.ts";
import type { Inertial } from "../../src/domain/arm.ts";
import { compose, fromPose, identity, turn } from "../../src/kinematics/transform.ts";
import type { Transform } from "../../src/kinematics/transform.ts";
import type { Vec3 } from "../../src/domain/units.ts";

const numbersIn = (text: string | undefined) => (text ?? "").trim().split(/\s+/).filter(Boolean).map(Number);
const textOf = (element: Element | undefined, ...path: readonly string[]) =>
  path.reduce<Element | undefined>((at, name) => childOf(at, name), element)?.text.trim();
const named = (element: Element, kind: string) => element.children.filter(({ name }) => name === kind);

const poseIn = (element: Element): { readonly at: Transform; readonly relativeTo: string | undefined } => {
  const told = childOf(element, "pose");
  const [x = 0, y = 0, z = 0, roll = 0, pitch = 0, yaw = 0] = numbersIn(told?.text);
  return { at: fromPose({ xyz: [x, y, z], rpy: [roll, pitch, yaw] }), relativeTo: told?.attributes["relative_to"] };
};

/** A model of a world, read as the format says and by nothing that wrote it. */
export interface SdfModel {
  readonly name: string;
  /** Where it is put in the world. */
  readonly at: Transform;
  readonly links: ReadonlyMap<string, { readonly inertial: Inertial; readonly gravity: boolean }>;
  readonly joints: ReadonlyMap<
    string,
    Readonly<Record<"type" | "parent" | "child", string>> & Readonly<Record<"lower" | "upper" | "speed" | "effort", number>>
  >;
  readonly systems: readonly { readonly filename: string; readonly name: string; readonly settings: Element }[];
  /** Where a link or frame is in the model, with joints at `q` (zero where a joint is not named). */
  frame(name: string, q: Readonly<Record<string, number>>): Transform;
}

export function sdfWorld(text: string) {
  const world = childOf(xmlOf(text, "world.sdf"), "world")!;
  const systemsOf = (of: Element) =>
    named(of, "plugin").map((plugin) => ({
      filename: plugin.attributes["filename"]!,
      name: plugin.attributes["name"]!,
      settings: plugin,
    }));
  const models = new Map(named(world, "model").map((model) => [model.attributes["name"]!, modelOf(model)]));
  return { name: world.attributes["name"]!, systems: systemsOf(world), models };

  function modelOf(model: Element): SdfModel {
    const links = new Map(named(model, "link").map((link) => [link.attributes["name"]!, link]));
    const frames = new Map(named(model, "frame").map((frame) => [frame.attributes["name"]!, frame]));
    const joints = new Map(
      named(model, "joint").map((joint) => {
        const limit = (what: string) => Number(textOf(joint, "axis", "limit", what) ?? NaN);
        return [
          joint.attributes["name"]!,
          {
            ...{ type: joint.attributes["type"]!, parent: textOf(joint, "parent")!, child: textOf(joint, "child")! },
            ...{ lower: limit("lower"), upper: limit("upper"), speed: limit("velocity"), effort: limit("effort") },
            axis: numbersIn(textOf(joint, "axis", "xyz")) as unknown as Vec3,
          },
        ] as const;
      }),
    );
    const frame = (name: string, q: Readonly<Record<string, number>>): Transform => {
      const attached = frames.get(name);
      if (attached) return compose(frame(attached.attributes["attached_to"]!, q), poseIn(attached).at);
      const { at, relativeTo } = poseIn(links.get(name)!);
      const from = relativeTo === undefined ? identity : frame(relativeTo, q);
      const above = [...joints].find(([, { child }]) => child === name);
      const [joint, how] = above ?? [];
      const by = joint === undefined ? 0 : (q[joint] ?? 0);
      const moved: Transform =
        how === undefined || by === 0
          ? identity
          : how.type === "prismatic"
            ? { ...identity, p: [how.axis[0] * by, how.axis[1] * by, how.axis[2] * by] }
            : turn(how.axis, by);
      return compose(compose(from, at), moved);
    };
    const inertialOf = (link: Element): Inertial => {
      const it = childOf(link, "inertial")!;
      const of = (key: string) => Number(textOf(it, "inertia", key));
      const [x, y, z] = numbersIn(textOf(it, "pose"));
      return {
        mass: Number(textOf(it, "mass")),
        com: [x!, y!, z!],
        inertia: [of("ixx"), of("iyy"), of("izz"), of("ixy"), of("ixz"), of("iyz")],
      };
    };
    const massive = [...links].filter(([, link]) => childOf(link, "inertial"));
    return {
      name: model.attributes["name"]!,
      at: poseIn(model).at,
      links: new Map(
        massive.map(([name, link]) => [name, { inertial: inertialOf(link), gravity: textOf(link, "gravity") !== "false" }]),
      ),
      joints,
      systems: systemsOf(model),
      frame,
    };
  }
}
