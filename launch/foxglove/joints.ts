import type { ArmDescription } from "../../src/domain/arm.ts";
import type { Channel } from "../../src/operator/foxglove/channel.ts";
import type { ArmView } from "../../src/operator/snapshot.ts";
import { jointStateDefinition } from "../../src/recording/jointState.ts";
import { rosChannel, rosTime } from "./encoding.ts";

/**
 * Where the joints are, and where the commands that left lead them. Snapshots hold no velocity and no effort: these lists are empty, as ROS
 * has it. The frame is the arm's own, although joints have none: viewers list a frame without a name as one that is missing.
 */
export function jointChannels({ base, commanded: name }: ArmDescription): readonly Channel[] {
  const channel = (topic: string, of: (arm: ArmView) => readonly number[] | undefined) =>
    rosChannel({ topic, every: 1 / 30, lossy: true }, "sensor_msgs/msg/JointState", jointStateDefinition, ({ state, time }) => {
      const position = state.arm && of(state.arm);
      if (position === undefined) return [];
      const header = { stamp: rosTime(time), frame_id: base };
      return [{ time, message: { header, name, position, velocity: [], effort: [] } }];
    });
  return [channel("/joint_states", ({ position }) => position), channel("/onarm/commanded", ({ commanded }) => commanded)];
}
