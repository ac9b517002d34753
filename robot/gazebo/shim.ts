import { performance } from "node:perf_hooks";
import { interval, Subscription } from "rxjs";
import { THINGS } from "../../src/domain/scene.ts";
import type { SceneSpec, Thing } from "../../src/domain/scene.ts";
import type { Ros2 } from "../ros.ts";
import { secondsOf, timeOf } from "../ros1/messages.ts";
import { REQUEST } from "../scenes/tracked.ts";
import { resetWorld } from "./reset.ts";
import { velocities } from "./velocities.ts";

/** What stands between ROS 2 and one Gazebo world: names of topics on either side, joints in order, where the arm stands at first, rad, and s. */
export interface ShimSettings {
  readonly joints: readonly string[];
  readonly start_rad: readonly number[];
  readonly timeout_s: number;
  readonly velocity_topics: readonly string[];
  readonly commands_topic: string;
  readonly joint_states_from: string;
  readonly joint_states_to: string;
  readonly poses_from: string;
  /** The world's name, and what was set out in it when it was written. */
  readonly world: string;
  readonly scene: SceneSpec;
}

/** m by which a scene that is asked for may differ from the one that the world has. */
const SAME = 0.001;

/** Whether a world whose beginning is `has` is, at its beginning, what is wanted. */
export function isScene(has: SceneSpec, wanted: SceneSpec): boolean {
  const told = (thing: SceneSpec[Thing]) =>
    thing === undefined ? [] : "travel" in thing ? [...thing.position, ...thing.opens, thing.travel] : thing.position;
  return THINGS.every((name) => {
    const [here, there] = [told(has[name]), told(wanted[name])];
    return here.length === there.length && here.every((x, k) => Math.abs(x - there[k]!) <= SAME);
  });
}

/** ms: as often as the arm is driven. */
const BEAT = 10;

/**
 * Makes of Gazebo's joints what a driver of an arm shows: one array of velocities in, which is taken back when no more come, also when whoever
 * drives was killed; joint states and tf with this machine's time, so that a simulation that runs slower than the clock does not look late.
 * A scene that is asked for is set out by a reset of the world, where it is the world's own; `reset`: how. Rejects as the node does. `close` says zero first.
 */
export async function gazeboShim(
  node: Pick<Ros2, "hear" | "speak">,
  settings: ShimSettings,
  {
    log,
    reset = () => resetWorld(settings.world),
  }: { readonly log: (line: string) => void; readonly reset?: () => Promise<void> },
) {
  const arm = velocities(settings.joints, settings.start_rad, settings.timeout_s);
  const now = () => performance.now() / 1000;
  const stamp = () => timeOf(Date.now() / 1000);
  const motors = await Promise.all(settings.velocity_topics.map((topic) => node.speak(topic, "std_msgs/Float64")));
  const states = await node.speak(settings.joint_states_to, "sensor_msgs/JointState");
  const tree = await node.speak("/tf", "tf2_msgs/TFMessage");
  const drive = (speeds: readonly number[]) => motors.forEach((motor, k) => motor.publish({ data: speeds[k]! }));
  const open = new Subscription();
  let ready = false;

  open.add(
    node.hear(settings.joint_states_from, "sensor_msgs/JointState").message$.subscribe((told) => {
      if (arm.sees(secondsOf(told.header.stamp), told.name, told.position)) {
        ready = false;
        log("the world was reset: the arm goes to its start");
      }
      states.publish({ ...told, header: { ...told.header, stamp: stamp() } });
    }),
  );
  open.add(
    node
      .hear(settings.poses_from, "tf2_msgs/TFMessage")
      .message$.subscribe(({ transforms }) =>
        tree.publish({ transforms: transforms.map((it) => ({ ...it, header: { ...it.header, stamp: stamp() } })) }),
      ),
  );
  open.add(
    node.hear(settings.commands_topic, "std_msgs/Float64MultiArray").message$.subscribe(({ data }) => {
      if (!arm.hears(now(), [...data])) log(`${settings.commands_topic}: a command is ${settings.joints.length} finite numbers`);
    }),
  );
  open.add(
    node.hear(REQUEST, "std_msgs/String", "latched").message$.subscribe(({ data }) => {
      const asked = async () => {
        if (isScene(settings.scene, JSON.parse(data) as SceneSpec)) await reset();
        else log("another scene is wanted than this world has: write its own with onarm gazebo --task, and start again");
      };
      asked().catch((error: Error) => log(error.message));
    }),
  );
  open.add(
    interval(BEAT).subscribe(() => {
      drive(arm.wanted(now()));
      if (arm.atStart() && !ready) log("the arm is at its start, and takes commands");
      ready = arm.atStart();
    }),
  );
  return {
    ready: () => ready,
    close() {
      open.unsubscribe();
      drive(settings.joints.map(() => 0));
    },
  };
}
