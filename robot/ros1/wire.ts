import { map } from "rxjs";
import type { Wire } from "../wire.ts";
import type { Ros1 } from "./node.ts";

/** A ROS 1 node as a wire. It stays the caller's. */
export function overRos1(node: Pick<Ros1, "master" | "host" | "master$" | "fault$" | "hear" | "speak">): Wire {
  const where = `the ROS master at ${node.master}`;
  return {
    where,
    gone$: node.master$.pipe(
      map((lives) => (lives ? undefined : `${where} is gone; look at the robot, and wait until it is back`)),
    ),
    fault$: node.fault$,
    deaf: `it must be able to reach this machine as ${node.host}: set ROS_IP to its address in the robot's network, and mind that NAT lets states in and no commands out`,
    look: "rostopic list",
    hear: (topic, type) => node.hear(topic, type),
    speak: (topic, type, latching) => node.speak(topic, type, latching),
  };
}
