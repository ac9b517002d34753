import type { Ros2 } from "../../robot/ros.ts";
import { overRos2 } from "../../robot/ros2/wire.ts";
import type { Twin } from "../../sim/twin.ts";
import type { ArmDescription } from "../../src/domain/arm.ts";
import { urdf } from "../foxglove/urdf.ts";
import { DESCRIPTION } from "../ownArm.ts";
import { speakIntera } from "./intera.ts";
import type { Spoken } from "./intera.ts";

/** A twin as a Sawyer behind ros1_bridge; its URDF is told as robot_state_publisher tells one. */
export async function speakInteraRos2(twin: Twin, description: ArmDescription, node: Ros2): Promise<Spoken> {
  (await node.speak(DESCRIPTION, "std_msgs/String", true)).publish({ data: urdf(description) });
  return speakIntera(twin, description, overRos2(node));
}
