import type { ArmDescription, Joint, Link, Pose, Primitive } from "../../src/domain/arm.ts";
import type { Channel } from "../../src/operator/foxglove/channel.ts";
import { rosChannel } from "./encoding.ts";

const marks: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const text = (value: string) => value.replace(/[&<>"]/g, (mark) => marks[mark]!);

const origin = ({ xyz, rpy }: Pose) => `<origin xyz="${xyz.join(" ")}" rpy="${rpy.join(" ")}"/>`;
const shape = (primitive: Exclude<Primitive, { shape: "capsule" }>): string =>
  primitive.shape === "sphere"
    ? `<sphere radius="${primitive.radius}"/>`
    : primitive.shape === "box"
      ? `<box size="${primitive.size.join(" ")}"/>`
      : `<cylinder radius="${primitive.radius}" length="${primitive.length}"/>`;

/** URDF has no capsule: its cylinder is shown, without the caps. */
const bodyOf = (primitive: Primitive) => {
  const known = primitive.shape === "capsule" ? ({ ...primitive, shape: "cylinder" } as const) : primitive;
  const inside = `${origin(primitive.pose)}<geometry>${shape(known)}</geometry>`;
  return `<visual>${inside}</visual>${primitive.collides ? `<collision>${inside}</collision>` : ""}`;
};

const link = ({ name, geometry }: Link) => `<link name="${text(name)}">${geometry.map(bodyOf).join("")}</link>`;
const joint = ({ name, kind, parent, child, origin: pose, axis, lower, upper, speed, effort }: Joint) =>
  `<joint name="${text(name)}" type="${kind}">${origin(pose)}<parent link="${text(parent)}"/><child link="${text(child)}"/>` +
  (kind === "fixed"
    ? ""
    : `<axis xyz="${axis.join(" ")}"/><limit lower="${lower}" upper="${upper}" velocity="${speed}" effort="${effort}"/>`) +
  "</joint>";

/** The arm as URDF: links with their primitives, joints with their limits. Masses are left out: it is for eyes. */
export const urdf = ({ name, links, joints }: ArmDescription): string =>
  `<?xml version="1.0"?>\n<robot name="${text(name)}">\n${[...links.map(link), ...joints.map(joint)].join("\n")}\n</robot>\n`;

/** Under the name that ROS has for it, and viewers look for. */
export const descriptionChannel = (description: ArmDescription): Channel =>
  rosChannel({ topic: "/robot_description", every: 0, lossy: false }, "std_msgs/msg/String", "string data\n", ({ time }, told) =>
    told ? [] : [{ time, message: { data: urdf(description) } }],
  );
