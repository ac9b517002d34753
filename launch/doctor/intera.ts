import { firstValueFrom, timeout } from "rxjs";
import type { Observable } from "rxjs";
import { isTold, says } from "../../robot/arms/interaTopics.ts";
import { statusOf } from "../../robot/arms/interaStatus.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { openRos1 } from "../../robot/ros1/node.ts";
import type { Ros1 } from "../../robot/ros1/node.ts";
import type { Ros1Site } from "../../robot/sites/site.ts";
import { toldOf } from "../../robot/urdf/own.ts";
import { seconds } from "../../src/domain/units.ts";
import { limitsOf, loadLimits } from "../../src/config/limits.ts";
import { DESCRIPTION, ownArmOf } from "../ownArm.ts";
import { namesGripper } from "../siteGripper.ts";
import { LIMITS_FILE } from "../sawyer.ts";
import { besideChecks } from "./beside.ts";
import { bad, good, look, unknown } from "./check.ts";
import type { Check } from "./check.ts";
import { jointChecks } from "./joints.ts";

/** s that topics are listened to, and messages a second that are too few of each. */
const LISTEN = 2;
const rates = { jointStates: 80, state: 5, endpoint: 20, collision: 1 } as const;
const away = "is it a Sawyer's master, and has the robot started? look with: rostopic list";

/** What a Sawyer on its master must show before it may be driven; `limits`: file of what it may do. Says nothing to the robot: it registers as a speaker, and is silent. */
export async function interaChecks(site: Ros1Site, limits = LIMITS_FILE): Promise<readonly Check[]> {
  const { master, scene } = site;
  let node: Ros1 | undefined;
  const first = await look("ros1.master", "look at the address and the network", async () => {
    node = await openRos1({ master, name: "onarm_doctor" });
    return good("ros1.master", `${node.master} answers; it knows this machine as ${node.host}`);
  });
  if (!node) return [first];
  const open = node;
  const faults: string[] = [];
  node.fault$.subscribe((text) => faults.push(text));
  try {
    const counts = { jointStates: 0, state: 0, endpoint: 0, collision: 0, tracker: 0 };
    const topics = Object.entries(says).map(
      ([key, [topic, type]]) => [key as keyof typeof says, node!.hear(topic, type)] as const,
    );
    for (const [key, { message$ }] of topics) message$.subscribe(() => counts[key]++);
    node.hear(scene.topic, "geometry_msgs/PoseArray").message$.subscribe(() => counts.tracker++);
    const beside = besideChecks(node, { gripper: namesGripper(site) });
    const command = await node.speak(...isTold.command);
    const newest = <T>(topic: { message$: Observable<T> }) => firstValueFrom(topic.message$.pipe(timeout({ first: 5000 })));
    const joints = newest(node.hear(...says.jointStates)).catch(() => undefined);
    const said = newest(node.hear(...says.state)).catch(() => undefined);
    await Promise.all([joints, said]);
    for (const key of Object.keys(counts)) counts[key as keyof typeof counts] = 0;
    await new Promise((later) => setTimeout(later, 1000 * LISTEN));
    const rate = (key: keyof typeof counts) => counts[key] / LISTEN;
    const status = await said;
    const states = await joints;
    return [
      first,
      ...topics.map(([key, { topic }]) => {
        const told = `${topic}: ${rate(key).toFixed(1)} messages a second`;
        const enough = rate(key) >= rates[key];
        if (!enough && key === "collision")
          return unknown(`rate.${key}`, told, "a robot without it is not stopped by its own collision flag");
        return enough
          ? good(`rate.${key}`, told)
          : bad(`rate.${key}`, told, rate(key) === 0 ? away : "look at the network: messages are lost or late");
      }),
      ...(await jointChecks(states, sawyer, { topic: says.jointStates[0], away })),
      await look("kinematics", "name the robot's own URDF as urdf in the site file", async () => {
        const own = await ownArmOf(site, open);
        if (own) limitsOf(own.description, loadLimits(limits), limits);
        return own
          ? good("kinematics", `by the robot's own URDF (${own.hash.slice(0, 12)}): ${toldOf(own)}`)
          : unknown(
              "kinematics",
              `the master has no ${DESCRIPTION}: the nominal arm is used, up to 6 mm off at the tip`,
              "save the robot's URDF and name it as urdf in the site file",
            );
      }),
      command.subscribers().length > 0
        ? good("command", `${command.subscribers().join(", ")} listens to ${command.topic}`)
        : bad(
            "command",
            `nobody listens to ${command.topic}`,
            `the robot must reach ${open.host}: set ROS_IP to this machine's address in its network; no NAT`,
          ),
      ...beside(),
      ...(status ? stateChecks(status) : [bad("state", `nothing came on ${says.state[0]}`, away)]),
      counts.tracker > 0
        ? good("scene", `${scene.topic}: ${rate("tracker").toFixed(1)} messages a second`)
        : bad("scene", `nobody publishes ${scene.topic}`, "start the tracker: without a scene the policy does not move"),
      faults.length > 0 ? bad("graph", faults.join("; "), "see each") : good("graph", "no node of it is out of reach"),
    ];
  } finally {
    await node.close();
  }
}

export function stateChecks(said: Parameters<typeof statusOf>[0]): readonly Check[] {
  const { homed, ready, enabled, stopped, error, estopButton, estopSource } = statusOf(said, seconds(0));
  return [
    homed
      ? good("homed", "all joints are homed")
      : bad("homed", "joints are not homed", "home them on the robot's screen or with the vendor's home_joints"),
    stopped
      ? bad("stopped", `stopped (button ${estopButton}, by ${estopSource})`, "release the button; reset from the page")
      : good("stopped", "not stopped"),
    enabled && ready
      ? good("enabled", "enabled and ready")
      : unknown("enabled", enabled ? "enabled, not ready" : "motors are off", "enable from the page"),
    error
      ? unknown("error", "the robot reports an error of a part", "look at its screen; it may be harmless")
      : good("error", "none"),
  ];
}
