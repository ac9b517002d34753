import type { Inertial, Pose, Primitive } from "../../src/domain/arm.ts";

/** SDF as text: elements as a tree of strings, indented. The format is version 1.9, which Gazebo Harmonic and libsdformat 12 read. */
export type Sdf = string;

const marks: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string) => text.replace(/[&<>"]/g, (mark) => marks[mark]!);

/** Twelve digits: a tenth of a nanometre, and the same text on every machine. */
export const number = (x: number): string => String(Number(x.toPrecision(12)) + 0);
export const numbers = (xs: readonly number[]): string => xs.map(number).join(" ");

type Attributes = Readonly<Record<string, string | undefined>>;

/** `inside`: elements, or one text. */
export function element(name: string, attributes: Attributes, ...inside: readonly (Sdf | readonly Sdf[])[]): Sdf {
  const told = Object.entries(attributes).map(([key, value]) => (value === undefined ? "" : ` ${key}="${escaped(value)}"`));
  const lines = inside.flat().filter((it) => it !== "");
  const open = `<${name}${told.join("")}`;
  if (lines.length === 0) return `${open}/>`;
  return `${open}>\n${lines.map((it) => it.replace(/^/gm, "  ")).join("\n")}\n</${name}>`;
}
export const leaf = (name: string, value: string | number | boolean, attributes: Attributes = {}): Sdf => {
  const told = Object.entries(attributes).map(([key, of]) => (of === undefined ? "" : ` ${key}="${escaped(of)}"`));
  return `<${name}${told.join("")}>${typeof value === "number" ? number(value) : escaped(String(value))}</${name}>`;
};

export const pose = ({ xyz, rpy }: Pose, relativeTo?: string): Sdf =>
  leaf("pose", numbers([...xyz, ...rpy]), { relative_to: relativeTo });

const shape = (p: Primitive): Sdf => {
  switch (p.shape) {
    case "sphere":
      return element("sphere", {}, leaf("radius", p.radius));
    case "box":
      return element("box", {}, leaf("size", numbers(p.size)));
    case "capsule":
    case "cylinder":
      return element(p.shape, {}, leaf("radius", p.radius), leaf("length", p.length));
  }
};

/** Coulomb friction of a surface; Gazebo's own is 1, which is rubber. */
const rubbed = (friction: number): Sdf =>
  element("surface", {}, element("friction", {}, element("ode", {}, leaf("mu", friction), leaf("mu2", friction))));

const COLOURS: Readonly<Record<string, string>> = {
  arm: "0.55 0.1 0.12 1",
  metal: "0.7 0.7 0.72 1",
  wood: "0.62 0.5 0.36 1",
  cap: "0.85 0.2 0.15 1",
};

/** What is seen and what is touched are the same primitive. `friction`: undefined leaves what the physics engine has. */
export function body(
  name: string,
  primitive: Primitive,
  { colour, friction }: { readonly colour: string; readonly friction?: number },
): readonly Sdf[] {
  const inside = [pose(primitive.pose), element("geometry", {}, shape(primitive))];
  const paint = COLOURS[colour]!;
  const material = element("material", {}, leaf("ambient", paint), leaf("diffuse", paint));
  return [
    element("visual", { name: `${name}_visual` }, ...inside, material),
    ...(primitive.collides
      ? [element("collision", { name: `${name}_collision` }, ...inside, friction === undefined ? "" : rubbed(friction))]
      : []),
  ];
}

export const inertial = ({ mass, com, inertia: [xx, yy, zz, xy, xz, yz] }: Inertial): Sdf =>
  element(
    "inertial",
    {},
    pose({ xyz: com, rpy: [0, 0, 0] }),
    leaf("mass", mass),
    element(
      "inertia",
      {},
      ...Object.entries({ ixx: xx, iyy: yy, izz: zz, ixy: xy, ixz: xz, iyz: yz }).map(([key, value]) => leaf(key, value)),
    ),
  );

/** A system of Gazebo's, by the names that its own sources give it. */
export const system = (file: string, name: string, ...inside: readonly Sdf[]): Sdf =>
  element("plugin", { filename: `gz-sim-${file}-system`, name: `gz::sim::systems::${name}` }, ...inside);
