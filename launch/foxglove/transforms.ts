import type { ArmDescription, Joint } from "../../src/domain/arm.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { linkTransforms, tree, type Tree } from "../../src/kinematics/tree.ts";
import type { Transform } from "../../src/kinematics/transform.ts";
import type { Channel } from "../../src/operator/foxglove/channel.ts";
import { rosChannel, rosTime } from "./encoding.ts";

/** tf2_msgs/msg/TFMessage with the messages it needs, in ros2msg form; fields as published in ros2/geometry2 and ros2/common_interfaces. */
const definition = `geometry_msgs/TransformStamped[] transforms
================================================================================
MSG: geometry_msgs/TransformStamped
std_msgs/Header header
string child_frame_id
geometry_msgs/Transform transform
================================================================================
MSG: std_msgs/Header
builtin_interfaces/Time stamp
string frame_id
================================================================================
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec
================================================================================
MSG: geometry_msgs/Transform
geometry_msgs/Vector3 translation
geometry_msgs/Quaternion rotation
================================================================================
MSG: geometry_msgs/Vector3
float64 x
float64 y
float64 z
================================================================================
MSG: geometry_msgs/Quaternion
float64 x
float64 y
float64 z
float64 w
`;

export const xyz = ([x, y, z]: Vec3) => ({ x, y, z });

/** The unit quaternion of a rotation (row-major), with the largest of its parts positive: no part is divided by a small one. */
export function quaternion(R: readonly number[]): { x: number; y: number; z: number; w: number } {
  const [a, b, c, d, e, f, g, h, i] = R as [number, number, number, number, number, number, number, number, number];
  const squares = [1 + a - e - i, 1 - a + e - i, 1 - a - e + i, 1 + a + e + i];
  const largest = squares.indexOf(Math.max(...squares));
  const parts = [
    [squares[0]!, b + d, c + g, h - f],
    [b + d, squares[1]!, f + h, c - g],
    [c + g, f + h, squares[2]!, d - b],
    [h - f, c - g, d - b, squares[3]!],
  ][largest]!;
  const norm = Math.hypot(...parts);
  return { x: parts[0]! / norm, y: parts[1]! / norm, z: parts[2]! / norm, w: parts[3]! / norm };
}

/** `child` as seen from `parent`, both given in one frame. */
export function seenFrom({ p, R }: Transform, child: Transform): Transform {
  const back = (x: number, y: number, z: number) => [0, 1, 2].map((j) => R[j]! * x + R[3 + j]! * y + R[6 + j]! * z);
  const columns = [0, 1, 2].map((j) => back(child.R[j]!, child.R[3 + j]!, child.R[6 + j]!));
  return {
    p: back(child.p[0] - p[0], child.p[1] - p[1], child.p[2] - p[2]) as unknown as Vec3,
    R: [0, 1, 2].flatMap((row) => columns.map((column) => column[row]!)),
  };
}

/** The transforms of some joints at a posture, each in its parent. Joints that take no command stand at zero: no snapshot holds them. */
const transforms = (body: Tree, joints: readonly Joint[], q: ArrayLike<number>, time: bigint) => {
  const frames = linkTransforms(body, q);
  return joints.map(({ parent, child }) => {
    const { p, R } = seenFrom(frames.get(parent)!, frames.get(child)!);
    return {
      header: { stamp: rosTime(time), frame_id: parent },
      child_frame_id: child,
      transform: { translation: xyz(p), rotation: quaternion(R) },
    };
  });
};

/** The frames of all links: /tf of the joints that are driven, /tf_static, once, of everything else. */
export function transformChannels(description: ArmDescription): readonly Channel[] {
  const body = tree(description);
  const moves = ({ name, kind }: Joint) => kind !== "fixed" && description.commanded.includes(name);
  const moving = description.joints.filter(moves);
  const standing = description.joints.filter((joint) => !moves(joint));
  const schema = "tf2_msgs/msg/TFMessage";
  return [
    rosChannel({ topic: "/tf", every: 1 / 30, lossy: true }, schema, definition, ({ state: { arm }, time }) =>
      arm ? [{ time, message: { transforms: transforms(body, moving, arm.position, time) } }] : [],
    ),
    rosChannel({ topic: "/tf_static", every: 0, lossy: false }, schema, definition, ({ time }, told) =>
      told ? [] : [{ time, message: { transforms: transforms(body, standing, new Float64Array(body.commanded), time) } }],
    ),
  ];
}
