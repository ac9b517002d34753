import { definitionOf as sharedDefinitionOf, types } from "../ros1/messages.ts";
import type { Header, Messages, RosPose, Time } from "../ros1/messages.ts";

/**
 * What onarm says and hears on ROS 2 beside the messages that both ROS have (../ros1/messages.ts). All have ROS 1's shape here, seconds and
 * nanoseconds as `sec` and `nsec`; the codec gives them ROS 2's. Facts, field by field, from common_interfaces, geometry2 and trajectory_msgs.
 */
type Row = ArrayLike<number> & Iterable<number>;
interface Xyz {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export interface JointTrajectoryPoint {
  readonly positions: Row;
  readonly velocities: Row;
  readonly accelerations: Row;
  readonly effort: Row;
  readonly time_from_start: Time;
}
export interface TransformStamped {
  readonly header: Header;
  readonly child_frame_id: string;
  readonly transform: { readonly translation: Xyz; readonly rotation: RosPose["orientation"] };
}
export interface DiagnosticStatus {
  /** 0 good, 1 warning, 2 error, 3 stale. */
  readonly level: number;
  readonly name: string;
  readonly message: string;
  readonly hardware_id: string;
  readonly values: readonly { readonly key: string; readonly value: string }[];
}

export interface Messages2 extends Messages {
  readonly "std_msgs/Float64MultiArray": {
    readonly layout: {
      readonly dim: readonly { readonly label: string; readonly size: number; readonly stride: number }[];
      readonly data_offset: number;
    };
    readonly data: Row;
  };
  readonly "trajectory_msgs/JointTrajectory": {
    readonly header: Header;
    readonly joint_names: readonly string[];
    readonly points: readonly JointTrajectoryPoint[];
  };
  readonly "tf2_msgs/TFMessage": { readonly transforms: readonly TransformStamped[] };
  readonly "diagnostic_msgs/DiagnosticArray": { readonly header: Header; readonly status: readonly DiagnosticStatus[] };
}
export type MessageType2 = keyof Messages2;

const header = "MSG: std_msgs/Header\nuint32 seq\ntime stamp\nstring frame_id";
const line = `\n${"=".repeat(80)}\n`;
const whole = (...parts: readonly string[]) => parts.join(line);
const further: Readonly<Record<Exclude<MessageType2, keyof Messages>, string>> = {
  "std_msgs/Float64MultiArray": whole(
    "std_msgs/MultiArrayLayout layout\nfloat64[] data",
    "MSG: std_msgs/MultiArrayLayout\nstd_msgs/MultiArrayDimension[] dim\nuint32 data_offset",
    "MSG: std_msgs/MultiArrayDimension\nstring label\nuint32 size\nuint32 stride",
  ),
  "trajectory_msgs/JointTrajectory": whole(
    "std_msgs/Header header\nstring[] joint_names\ntrajectory_msgs/JointTrajectoryPoint[] points",
    header,
    "MSG: trajectory_msgs/JointTrajectoryPoint\nfloat64[] positions\nfloat64[] velocities\nfloat64[] accelerations\nfloat64[] effort\nduration time_from_start",
  ),
  "tf2_msgs/TFMessage": whole(
    "geometry_msgs/TransformStamped[] transforms",
    "MSG: geometry_msgs/TransformStamped\nstd_msgs/Header header\nstring child_frame_id\ngeometry_msgs/Transform transform",
    "MSG: geometry_msgs/Transform\ngeometry_msgs/Vector3 translation\ngeometry_msgs/Quaternion rotation",
    "MSG: geometry_msgs/Vector3\nfloat64 x\nfloat64 y\nfloat64 z",
    "MSG: geometry_msgs/Quaternion\nfloat64 x\nfloat64 y\nfloat64 z\nfloat64 w",
    header,
  ),
  "diagnostic_msgs/DiagnosticArray": whole(
    "std_msgs/Header header\ndiagnostic_msgs/DiagnosticStatus[] status",
    header,
    "MSG: diagnostic_msgs/DiagnosticStatus\nuint8 level\nstring name\nstring message\nstring hardware_id\ndiagnostic_msgs/KeyValue[] values",
    "MSG: diagnostic_msgs/KeyValue\nstring key\nstring value",
  ),
};

const isShared = (type: MessageType2): type is keyof Messages => (types as readonly string[]).includes(type);

/** The definition of a type with all it uses, in ROS 1's notation. */
export const definitionOf = (type: MessageType2): string =>
  isShared(type) ? sharedDefinitionOf(type) : further[type as Exclude<MessageType2, keyof Messages>];

export const types2: readonly MessageType2[] = [...types, ...(Object.keys(further) as (keyof typeof further)[])];
