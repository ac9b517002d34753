import type { Ros1 } from "../../robot/ros1/node.ts";
import { overRos1 } from "../../robot/ros1/wire.ts";
import type { Twin } from "../../sim/twin.ts";
import type { ArmDescription } from "../../src/domain/arm.ts";
import { urdf } from "../foxglove/urdf.ts";
import { DESCRIPTION } from "../ownArm.ts";
import { speakIntera } from "./intera.ts";
import type { Spoken } from "./intera.ts";

/** A twin as a Sawyer on its own ROS 1 master, which keeps its URDF. Rejects with "link.lost". */
export async function speakInteraRos1(twin: Twin, description: ArmDescription, node: Ros1): Promise<Spoken> {
  await node.setParameter(DESCRIPTION, urdf(description));
  return speakIntera(twin, description, overRos1(node));
}
