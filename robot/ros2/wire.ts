import { BehaviorSubject } from "rxjs";
import type { Ros2 } from "../ros.ts";
import type { Wire } from "../wire.ts";

/** A ROS 2 node as a wire. It stays the caller's. No graph of ROS 2 is ever gone as a whole: it is where its nodes are. */
export function overRos2(node: Pick<Ros2, "domain" | "fault$" | "hear" | "speak">): Wire {
  return {
    where: `ROS domain ${node.domain}`,
    gone$: new BehaviorSubject(undefined),
    fault$: node.fault$,
    deaf: `look with: ros2 topic info -v; does ros1_bridge run in domain ${node.domain} with intera_core_msgs built into it, and does the robot listen to its ROS 1 side? Firewalls and NAT let states in and no commands out`,
    look: "ros2 topic list",
    hear: (topic, type) => node.hear(topic, type),
    speak: (topic, type, latching) => node.speak(topic, type, latching),
  };
}
