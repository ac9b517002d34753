import { firstValueFrom, timeout } from "rxjs";
import { controllerInput } from "../../robot/arms/controllerInput.ts";
import { isTold, says } from "../../robot/arms/interaTopics.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { openRos2 } from "../../robot/ros.ts";
import { overRos2 } from "../../robot/ros2/wire.ts";
import type { Ros2 } from "../../robot/ros.ts";
import type { MessageType2 } from "../../robot/ros2/messages.ts";
import { hasPackage, missingRos2 } from "../../robot/ros2/sourced.ts";
import { secondsOf } from "../../robot/ros1/messages.ts";
import type { Ros2Site } from "../../robot/sites/site.ts";
import { ownArmOf } from "../ownArm.ts";
import { namesGripper } from "../siteGripper.ts";
import { describedBy } from "../ros2Arm.ts";
import { toldOf } from "../../robot/urdf/own.ts";
import { gripperCheck } from "./beside.ts";
import { bad, good, look, unknown } from "./check.ts";
import type { Check } from "./check.ts";
import { jointChecks } from "./joints.ts";
import { stateChecks } from "./intera.ts";

/** s that topics are listened to. ms: to be discovered by, and to hear of, everybody else. */
const LISTEN = 2;
const FIRST = 3000;

interface Expected {
  readonly key: string;
  readonly topic: string;
  readonly type: MessageType2;
  /** Messages a second that are too few; undefined: who does not tell may be right. */
  readonly least: number;
  readonly may?: string;
}

const expected = (site: Ros2Site): readonly Expected[] => [
  ...(site.arm === "ros2-control"
    ? [{ key: "jointStates", topic: site.joint_states, type: "sensor_msgs/JointState" as const, least: 40 }]
    : [
        { key: "jointStates", topic: says.jointStates[0], type: says.jointStates[1], least: 80 },
        { key: "state", topic: says.state[0], type: says.state[1], least: 5 },
        { key: "endpoint", topic: says.endpoint[0], type: says.endpoint[1], least: 20 },
        {
          ...{ key: "collision", topic: says.collision[0], type: says.collision[1], least: 1 },
          may: "a robot without it is not stopped by its own collision flag",
        },
      ]),
  "topic" in site.scene
    ? { key: "scene", topic: site.scene.topic, type: "geometry_msgs/PoseArray" as const, least: 5 }
    : { key: "scene", topic: "/tf", type: "tf2_msgs/TFMessage" as const, least: 5 },
];

/** Whether the ROS 2 sourced here can carry this arm at all. */
function groundChecks(site: Ros2Site): readonly Check[] {
  const missing = missingRos2(process.env);
  const sourced =
    missing === undefined
      ? good("ros2", `${process.env["ROS_DISTRO"]}, ${process.env["RMW_IMPLEMENTATION"] ?? "its own DDS"}`)
      : bad("ros2", "no ROS 2 can be used here", missing);
  if (missing !== undefined || site.arm !== "intera-ros2") return [sourced];
  return [
    sourced,
    hasPackage("intera_core_msgs", process.env)
      ? good("interfaces", "intera_core_msgs is built and sourced")
      : bad(
          "interfaces",
          "intera_core_msgs is not among the packages sourced",
          "build robot/interfaces with colcon, and source its install (docs/ros2.md)",
        ),
  ];
}

/** What an arm on ROS 2 must show before it may be driven. Says nothing to it: it announces what it would say, and is silent. */
export async function ros2Checks(site: Ros2Site): Promise<readonly Check[]> {
  const ground = groundChecks(site);
  if (ground.some(({ ok }) => ok === false)) return ground;
  let node: Ros2 | undefined;
  const joined = await look("ros2.client", "install rclnodejs where a ROS 2 is sourced (docs/ros2.md)", async () => {
    node = await openRos2({ name: "onarm_doctor", ...(site.domain === undefined ? {} : { domain: site.domain }) });
    return good("ros2.client", `rclnodejs is in domain ${node.domain}`);
  });
  if (!node) return [...ground, joined];
  const open = node;
  try {
    return [...ground, joined, ...(await graphChecks(open, site))];
  } finally {
    await open.close();
  }
}

async function graphChecks(node: Ros2, site: Ros2Site): Promise<readonly Check[]> {
  const faults: string[] = [];
  node.fault$.subscribe((text) => faults.push(text));
  const topics = expected(site).map((it) => ({ ...it, heard: node.hear(it.topic, it.type), count: 0 }));
  for (const it of topics) it.heard.message$.subscribe(() => it.count++);
  const commands =
    site.arm === "ros2-control"
      ? { topic: site.command.topic, who: await controllerInput(node, site.command, sawyer.commanded) }
      : { topic: isTold.command[0], who: await node.speak(...isTold.command) };
  const gripper = site.arm === "intera-ros2" ? gripperCheck(overRos2(node), namesGripper(site)) : undefined;
  const states = topics[0]!.topic;
  const first = firstValueFrom(node.hear(states, "sensor_msgs/JointState").message$.pipe(timeout({ first: FIRST }))).catch(
    () => undefined,
  );
  const word =
    site.arm === "intera-ros2"
      ? firstValueFrom(node.hear(...says.state).message$.pipe(timeout({ first: FIRST }))).catch(() => undefined)
      : undefined;
  const joints = await first;
  const said = await word;
  for (const it of topics) it.count = 0;
  const stamps = new Set<number>();
  topics[0]!.heard.message$.subscribe((message) => "header" in message && stamps.add(secondsOf(message.header.stamp)));
  await new Promise((later) => setTimeout(later, 1000 * LISTEN));

  const rated = topics.map(({ key, topic, type, least, may, count }) => {
    const [id, rate] = [key === "scene" ? key : `rate.${key}`, count / LISTEN];
    const told = `${topic}: ${rate.toFixed(1)} messages a second`;
    if (rate >= least) return good(id, told);
    const others = node.publishers(topic);
    const foreign = others.find((it) => it.type !== type.replace("/", "/msg/"));
    if (foreign)
      return bad(
        id,
        `${topic} carries ${foreign.type}, from ${foreign.node}, where ${type} is meant`,
        "correct the topic in the site file",
      );
    if (rate === 0 && others.length === 0) {
      const nobody = key === "scene" ? "start the tracker: without a scene the policy does not move" : away(site);
      return may === undefined ? bad(id, `nobody publishes ${topic}`, nobody) : unknown(id, `nobody publishes ${topic}`, may);
    }
    const remedy =
      rate === 0
        ? "it is published, and nothing comes through: look at the firewall, and that both use one RMW_IMPLEMENTATION"
        : "messages are lost or late: look at the network, or at the load of this machine";
    return bad(id, told, remedy);
  });
  const listening = commands.who.subscribers();
  const advance =
    stamps.size === 0
      ? []
      : [
          stamps.size >= 0.9 * topics[0]!.count
            ? good("stamps", `${states} is stamped anew each time`)
            : bad(
                "stamps",
                `${stamps.size} different stamps in ${topics[0]!.count} messages of ${states}`,
                "the driver must stamp what it measured: without that nobody knows how old a state is",
              ),
        ];
  return [
    ...rated,
    ...advance,
    ...(await jointChecks(joints, sawyer, { topic: states, away: away(site) })),
    await look("kinematics", "name the robot's own URDF as urdf in the site file", async () => {
      const own = await ownArmOf(site, describedBy(node));
      return own
        ? good("kinematics", `by the robot's own URDF (${own.hash.slice(0, 12)}): ${toldOf(own)}`)
        : unknown(
            "kinematics",
            "nobody tells /robot_description: the nominal arm is used, up to 6 mm off at the tip",
            "name its URDF as urdf in the site file",
          );
    }),
    (typeof listening === "number" ? listening : listening.length) > 0
      ? good(
          "command",
          `${typeof listening === "number" ? `${listening} controller` : listening.join(", ")} listens to ${commands.topic}`,
        )
      : bad(
          "command",
          `nobody listens to ${commands.topic}`,
          site.arm === "ros2-control"
            ? "load and activate the controller that the site file names: ros2 control list_controllers"
            : "run ros1_bridge with intera_core_msgs built into it",
        ),
    ...(site.arm === "ros2-control"
      ? [
          unknown(
            "stop",
            "this wire has no stop, no enable and no word of the arm's on itself",
            "keep the arm's own red button in reach: onarm's stop is zero velocity, and no more",
          ),
        ]
      : said
        ? stateChecks(said)
        : [bad("state", `nothing came on ${says.state[0]}`, away(site))]),
    ...(gripper ? [gripper()] : []),
    faults.length > 0
      ? bad("graph", faults.join("; "), "see each")
      : good("graph", "every message has the shape it is meant to have"),
  ];
}

const away = ({ arm }: Ros2Site): string =>
  arm === "ros2-control"
    ? "is the driver running, and joint_state_broadcaster active? look with: ros2 topic list; ros2 control list_controllers"
    : "does ros1_bridge run in this domain, and has the robot started? look with: ros2 topic list";
