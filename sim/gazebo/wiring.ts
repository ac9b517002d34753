import type { ArmDescription } from "../../src/domain/arm.ts";
import type { SceneSpec } from "../../src/domain/scene.ts";
import { gz, ros, WORLD } from "./names.ts";

interface Row {
  readonly ros_topic_name: string;
  readonly gz_topic_name: string;
  readonly ros_type_name: string;
  readonly gz_type_name: string;
  readonly direction: "GZ_TO_ROS" | "ROS_TO_GZ";
}

const out = (topic: string, gzTopic: string, type: string, gzType: string): Row => ({
  ...{ ros_topic_name: topic, gz_topic_name: gzTopic, ros_type_name: type, gz_type_name: gzType },
  direction: "GZ_TO_ROS",
});
const into = (topic: string): Row => ({
  ...{ ros_topic_name: topic, gz_topic_name: topic, ros_type_name: "std_msgs/msg/Float64", gz_type_name: "gz.msgs.Double" },
  direction: "ROS_TO_GZ",
});

/** What ros_gz_bridge's parameter_bridge carries (its `config_file`). */
export function bridge(description: ArmDescription): readonly Row[] {
  const fingers = description.joints.filter(({ kind }) => kind === "prismatic").map(({ name }) => name);
  return [
    out(ros.clock, gz.clock, "rosgraph_msgs/msg/Clock", "gz.msgs.Clock"),
    out(ros.joints, gz.joints, "sensor_msgs/msg/JointState", "gz.msgs.Model"),
    out(ros.poses, gz.poses, "tf2_msgs/msg/TFMessage", "gz.msgs.Pose_V"),
    ...description.commanded.map((joint) => into(gz.velocity(joint))),
    ...fingers.map((joint) => into(gz.position(joint))),
  ];
}

export const bridgeYaml = (description: ArmDescription): string =>
  "# What ros_gz_bridge carries between Gazebo and ROS 2. Written by `onarm gazebo`.\n" +
  bridge(description)
    .map((row) =>
      Object.entries(row)
        .map(([key, value], k) => `${k === 0 ? "- " : "  "}${key}: "${value}"\n`)
        .join(""),
    )
    .join("");

/** What the shim between ROS 2 and Gazebo needs to know (robot/gazebo/shim.ts). */
export const shimJson = (description: ArmDescription, scene: SceneSpec): string =>
  JSON.stringify(
    {
      joints: description.commanded,
      start_rad: description.poses["neutral"],
      timeout_s: 0.1,
      velocity_topics: description.commanded.map((joint) => gz.velocity(joint)),
      commands_topic: ros.commands,
      joint_states_from: ros.joints,
      joint_states_to: ros.states,
      poses_from: ros.poses,
      world: WORLD,
      scene,
    },
    undefined,
    2,
  ) + "\n";
