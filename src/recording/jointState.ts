import { parse } from "@foxglove/rosmsg";
import { MessageReader, MessageWriter } from "@foxglove/rosmsg2-serialization";

/** sensor_msgs/msg/JointState with the messages it needs, in ros2msg form; fields as published in ros2/common_interfaces. */
export const jointStateDefinition = `std_msgs/Header header
string[] name
float64[] position
float64[] velocity
float64[] effort
================================================================================
MSG: std_msgs/Header
builtin_interfaces/Time stamp
string frame_id
================================================================================
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec
`;

interface JointStateMessage {
  readonly header: { readonly stamp: { readonly sec: number; readonly nanosec: number }; readonly frame_id: string };
  readonly name: readonly string[];
  readonly position: ArrayLike<number>;
  readonly velocity: ArrayLike<number>;
  readonly effort: ArrayLike<number>;
}

const definitions = parse(jointStateDefinition, { ros2: true });
const writer = new MessageWriter(definitions);
const reader = new MessageReader<JointStateMessage>(definitions);

export interface Joints {
  readonly name: readonly string[];
  readonly position: readonly number[];
  readonly velocity: readonly number[];
  readonly effort: readonly number[];
}

const nanoseconds = 1_000_000_000n;

/** CDR bytes of a JointState stamped with `time`, ns since the Unix epoch. */
export const encodeJointState = (time: bigint, joints: Joints): Uint8Array =>
  writer.writeMessage({
    header: { stamp: { sec: Number(time / nanoseconds), nanosec: Number(time % nanoseconds) }, frame_id: "" },
    name: joints.name,
    position: joints.position,
    velocity: joints.velocity,
    effort: joints.effort,
  });

/** Throws what the library throws when the bytes are not a JointState. */
export function decodeJointState(data: Uint8Array): Joints {
  const message = reader.readMessage(data);
  const { name, position, velocity, effort } = message;
  return { name: [...name], position: Array.from(position), velocity: Array.from(velocity), effort: Array.from(effort) };
}
