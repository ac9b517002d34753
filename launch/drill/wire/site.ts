import { siteOf } from "../../interaArm.ts";

/** The tracker of the lab that a speaking twin plays: the shipped site's. */
export const playedTracker = () => {
  const { scene } = siteOf("intera-ros1")!;
  if (!("topic" in scene)) throw new TypeError("the shipped site of ROS 1 tells its scene on a topic");
  return scene;
};
