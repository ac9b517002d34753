import { encodeJointState, jointStateDefinition } from "../../src/recording/jointState.ts";
import type { Channel } from "../../src/operator/foxglove/channel.ts";
import type { ArmView } from "../../src/operator/snapshot.ts";

const channel = (topic: string, names: readonly string[], of: (arm: ArmView) => readonly number[] | undefined): Channel => ({
  topic,
  encoding: "cdr",
  schemaName: "sensor_msgs/msg/JointState",
  schemaEncoding: "ros2msg",
  schema: jointStateDefinition,
  every: 1 / 30,
  lossy: true,
  tell: ({ state, time }) => {
    const position = state.arm && of(state.arm);
    if (position === undefined) return [];
    return [{ time, body: encodeJointState(time, { name: names, position, velocity: [], effort: [] }) }];
  },
});

/** Where the joints are, and where the commands that left lead them. Snapshots hold no velocity and no effort: these lists are empty, as ROS has it. */
export const jointChannels = (names: readonly string[]): readonly Channel[] => [
  channel("/joint_states", names, ({ position }) => position),
  channel("/onarm/commanded", names, ({ commanded }) => commanded),
];
