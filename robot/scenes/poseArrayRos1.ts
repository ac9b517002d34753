import type { Clock } from "../../src/ports/clock.ts";
import type { Scene } from "../../src/ports/scene.ts";
import type { Ros1 } from "../ros1/node.ts";
import { overRos1 } from "../ros1/wire.ts";
import type { PosesScene } from "../sites/site.ts";
import { openPoseArray } from "./poseArray.ts";

export { REQUEST } from "./tracked.ts";

/** A lab's scene as a tracker on ROS 1 tells it. Rejects as `openPoseArray`. */
export const openPoseArrayRos1 = (node: Ros1, site: PosesScene, clock: Pick<Clock, "now">): Promise<Scene> =>
  openPoseArray(overRos1(node), site, clock);
