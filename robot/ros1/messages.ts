/**
 * The ROS 1 messages that a Sawyer and onarm say to each other: structural types, and the definitions that go into the connection header and the
 * md5 sum. Facts, field by field, from intera_core_msgs (RethinkRobotics/intera_common a298fec), sensor_msgs, geometry_msgs and std_msgs 1.x. SI.
 */
export interface Time {
  readonly sec: number;
  readonly nsec: number;
}
export interface Header {
  readonly seq: number;
  readonly stamp: Time;
  readonly frame_id: string;
}
interface Xyz {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}
export interface RosPose {
  readonly position: Xyz;
  readonly orientation: Xyz & { readonly w: number };
}

/** A row as the reader hands it over (a typed array) or as we write it. */
type Row = ArrayLike<number> & Iterable<number>;

/** What each type holds. Field names are ROS's. */
export interface Messages {
  readonly "std_msgs/Empty": Readonly<Record<string, never>>;
  readonly "std_msgs/Bool": { readonly data: boolean };
  readonly "std_msgs/Float64": { readonly data: number };
  readonly "std_msgs/String": { readonly data: string };
  readonly "sensor_msgs/JointState": {
    readonly header: Header;
    readonly name: readonly string[];
    readonly position: Row;
    readonly velocity: Row;
    readonly effort: Row;
  };
  readonly "geometry_msgs/PoseArray": { readonly header: Header; readonly poses: readonly RosPose[] };
  readonly "intera_core_msgs/JointCommand": {
    readonly header: Header;
    readonly mode: number;
    readonly names: readonly string[];
    readonly position: Row;
    readonly velocity: Row;
    readonly acceleration: Row;
    readonly effort: Row;
  };
  readonly "intera_core_msgs/EndpointState": {
    readonly header: Header;
    readonly pose: RosPose;
    readonly twist: { readonly linear: Xyz; readonly angular: Xyz };
    readonly wrench: { readonly force: Xyz; readonly torque: Xyz };
    readonly valid: boolean;
  };
  readonly "intera_core_msgs/RobotAssemblyState": {
    readonly homed: boolean;
    readonly ready: boolean;
    readonly enabled: boolean;
    readonly stopped: boolean;
    readonly error: boolean;
    readonly lowVoltage: boolean;
    readonly estop_button: number;
    readonly estop_source: number;
  };
  readonly "intera_core_msgs/CollisionDetectionState": { readonly header: Header; readonly collision_state: boolean };
  /** `args` and what a device tells are JSON inside strings. `time` is a command's name: the device repeats it in `commands`. */
  readonly "intera_core_msgs/IOComponentCommand": { readonly time: Time; readonly op: string; readonly args: string };
  readonly "intera_core_msgs/IODeviceStatus": {
    readonly time: Time;
    readonly device: { readonly name: string; readonly status: IoHealth };
    readonly ports: readonly IoDatum[];
    readonly signals: readonly IoDatum[];
    readonly commands: readonly Time[];
    readonly responses: readonly string[];
  };
}
interface IoHealth {
  readonly tag: string;
  readonly id: string;
  readonly detail: string;
}
interface IoDatum {
  readonly name: string;
  readonly format: string;
  readonly data: string;
  readonly status: IoHealth;
}
export type MessageType = keyof Messages;

const header = "std_msgs/Header header";
const parts = {
  "std_msgs/Header": ["uint32 seq", "time stamp", "string frame_id"],
  "geometry_msgs/Pose": ["geometry_msgs/Point position", "geometry_msgs/Quaternion orientation"],
  "geometry_msgs/Point": ["float64 x", "float64 y", "float64 z"],
  "geometry_msgs/Quaternion": ["float64 x", "float64 y", "float64 z", "float64 w"],
  "geometry_msgs/Twist": ["geometry_msgs/Vector3 linear", "geometry_msgs/Vector3 angular"],
  "geometry_msgs/Wrench": ["geometry_msgs/Vector3 force", "geometry_msgs/Vector3 torque"],
  "geometry_msgs/Vector3": ["float64 x", "float64 y", "float64 z"],
  "intera_core_msgs/IOComponentStatus": ["string name", "intera_core_msgs/IOStatus status"],
  "intera_core_msgs/IODataStatus": ["string name", "string format", "string data", "intera_core_msgs/IOStatus status"],
  "intera_core_msgs/IOStatus": [
    ...["string DOWN = down", "string READY = ready", "string BUSY = busy", "string UNREADY = unready", "string ERROR = error"],
    ...["string tag", "string id", "string detail"],
  ],
} as const;
type Part = keyof typeof parts;

const pose: readonly Part[] = ["geometry_msgs/Pose", "geometry_msgs/Point", "geometry_msgs/Quaternion"];
const fields: Readonly<Record<MessageType, readonly [lines: readonly string[], uses: readonly Part[]]>> = {
  "std_msgs/Empty": [[], []],
  "std_msgs/Bool": [["bool data"], []],
  "std_msgs/Float64": [["float64 data"], []],
  "std_msgs/String": [["string data"], []],
  "sensor_msgs/JointState": [
    [header, "string[] name", "float64[] position", "float64[] velocity", "float64[] effort"],
    ["std_msgs/Header"],
  ],
  "geometry_msgs/PoseArray": [
    [header, "geometry_msgs/Pose[] poses"],
    ["std_msgs/Header", ...pose],
  ],
  "intera_core_msgs/JointCommand": [
    [
      ...[header, "int32 mode", "string[] names"],
      ...["float64[] position", "float64[] velocity", "float64[] acceleration", "float64[] effort"],
      ...["int32 POSITION_MODE=1", "int32 VELOCITY_MODE=2", "int32 TORQUE_MODE=3", "int32 TRAJECTORY_MODE=4"],
    ],
    ["std_msgs/Header"],
  ],
  "intera_core_msgs/EndpointState": [
    [header, "geometry_msgs/Pose pose", "geometry_msgs/Twist twist", "geometry_msgs/Wrench wrench", "bool valid"],
    ["std_msgs/Header", ...pose, "geometry_msgs/Twist", "geometry_msgs/Wrench", "geometry_msgs/Vector3"],
  ],
  "intera_core_msgs/RobotAssemblyState": [
    [
      ...["bool homed", "bool ready", "bool enabled", "bool stopped", "bool error", "bool lowVoltage", "uint8 estop_button"],
      ...["uint8 ESTOP_BUTTON_UNPRESSED = 0", "uint8 ESTOP_BUTTON_PRESSED = 1"],
      ...["uint8 ESTOP_BUTTON_UNKNOWN = 2", "uint8 ESTOP_BUTTON_RELEASED = 3", "uint8 estop_source"],
      ...["uint8 ESTOP_SOURCE_NONE = 0", "uint8 ESTOP_SOURCE_USER = 1", "uint8 ESTOP_SOURCE_UNKNOWN = 2"],
      ...["uint8 ESTOP_SOURCE_FAULT = 3", "uint8 ESTOP_SOURCE_ENGINE = 4"],
    ],
    [],
  ],
  "intera_core_msgs/CollisionDetectionState": [[header, "bool collision_state"], ["std_msgs/Header"]],
  "intera_core_msgs/IOComponentCommand": [["time time", "string op", "string args"], []],
  "intera_core_msgs/IODeviceStatus": [
    [
      ...["time time", "intera_core_msgs/IOComponentStatus device"],
      ...["intera_core_msgs/IODataStatus[] ports", "intera_core_msgs/IODataStatus[] signals"],
      ...["time[] commands", "string[] responses"],
    ],
    ["intera_core_msgs/IOComponentStatus", "intera_core_msgs/IODataStatus", "intera_core_msgs/IOStatus"],
  ],
};

export const types = Object.keys(fields) as MessageType[];

/** The definition of a type with all it uses, as a connection header carries it. */
export const definitionOf = (type: MessageType): string => {
  const [lines, uses] = fields[type];
  return [lines.join("\n"), ...uses.map((part) => `${"=".repeat(80)}\nMSG: ${part}\n${parts[part].join("\n")}`)].join("\n");
};

export const POSITION_MODE = 1;
export const VELOCITY_MODE = 2;

export const timeOf = (unix: number): Time => {
  const sec = Math.floor(unix);
  return { sec, nsec: Math.min(999_999_999, Math.round((unix - sec) * 1e9)) };
};
export const secondsOf = ({ sec, nsec }: Time): number => sec + nsec / 1e9;
