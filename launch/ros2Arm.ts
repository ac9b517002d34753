import { firstValueFrom, map, of, timeout } from "rxjs";
import { sawyer } from "../robot/description/sawyer.ts";
import type { InteraRos2Options } from "../robot/arms/interaRos2.ts";
import type { Ros2 } from "../robot/ros.ts";
import { gripperCommand, gripperState } from "../robot/grippers/interaIo.ts";
import { REQUEST } from "../robot/scenes/tracked.ts";
import type { Ros2Site } from "../robot/sites/site.ts";
import type { pacedClock } from "../sim/pacedClock.ts";
import type { Arm } from "../src/ports/arm.ts";
import { armOverWire } from "./armOverWire.ts";
import { DESCRIPTION, ownArmOf } from "./ownArm.ts";
import { namesGripper, siteGripper } from "./siteGripper.ts";

/** ms that a description which somebody keeps for who comes late takes to come. */
const TOLD = 1000;

/** How the arm of a site is opened: what it needs is loaded before there is a node, which then has its topics before it spins. */
async function opener(site: Ros2Site): Promise<(shared: InteraRos2Options) => Promise<Arm>> {
  if (site.arm === "intera-ros2") return (await import("../robot/arms/interaRos2.ts")).openInteraRos2;
  const { openRos2Control } = await import("../robot/arms/ros2Control.ts");
  return (shared) => openRos2Control({ ...shared, site });
}

/**
 * An arm on ROS 2, and a clock of this process; closing the arm closes both. Loaded where one is asked for only. `prepare`: makes further topics on the
 * node while that costs nothing.
 */
export async function openRos2Arm(site: Ros2Site, name = "onarm", prepare: (node: Ros2) => void = () => {}) {
  const [{ openRos2 }, open] = await Promise.all([import("../robot/ros.ts"), opener(site)]);
  const node = await openRos2({ name, ...(site.domain === undefined ? {} : { domain: site.domain }) });
  return armOverWire(node, (clock) => {
    prepare(node);
    return open({ node, joints: sawyer.commanded, clock });
  });
}

/** What robot_state_publisher, or the robot, tells of itself. It resolves with undefined where nobody does. */
export const describedBy = (node: Ros2) => ({
  master: `ROS domain ${node.domain}`,
  parameter: (topic: string): Promise<unknown> =>
    firstValueFrom(
      node.hear(topic, "std_msgs/String", "latched").message$.pipe(
        map(({ data }) => data),
        timeout({ first: TOLD, with: () => of(undefined) }),
      ),
    ),
});

async function openScene(node: Ros2, { scene }: Ros2Site, clock: ReturnType<typeof pacedClock>) {
  if ("frames" in scene) return (await import("../robot/scenes/tf.ts")).openTf(node, scene, clock);
  const [{ openPoseArray }, { overRos2 }] = await Promise.all([
    import("../robot/scenes/poseArray.ts"),
    import("../robot/ros2/wire.ts"),
  ]);
  return openPoseArray(overRos2(node), scene, clock);
}

/** The same with what its lab's tracker sees, and its gripper where it names one, for a station. */
export async function openRos2Site(site: Ros2Site) {
  const { scene: tracked } = site;
  const { arm, clock, node } = await openRos2Arm(site, "onarm", (it) => {
    it.hear(DESCRIPTION, "std_msgs/String", "latched");
    if (namesGripper(site)) {
      it.hear(gripperState, "intera_core_msgs/IODeviceStatus");
      void it.speak(gripperCommand, "intera_core_msgs/IOComponentCommand");
    }
    void it.speak(REQUEST, "std_msgs/String", true);
    if ("topic" in tracked) return void it.hear(tracked.topic, "geometry_msgs/PoseArray");
    it.hear("/tf", "tf2_msgs/TFMessage");
    it.hear("/tf_static", "tf2_msgs/TFMessage", "latched");
  });
  const { overRos2 } = await import("../robot/ros2/wire.ts");
  const [own, scene, gripper] = await Promise.all([
    ownArmOf(site, describedBy(node)),
    openScene(node, site, clock),
    siteGripper(site, overRos2(node), clock),
  ]).catch(async (error: unknown) => {
    await arm.close();
    throw error;
  });
  const leave = async () => {
    await gripper?.close();
    await scene.close();
    await arm.close();
  };
  return { arm, scene, clock, gripper, address: JSON.stringify(site), leave, own };
}
