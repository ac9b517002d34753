import { Subscription } from "rxjs";
import { timeOf } from "../../robot/ros1/messages.ts";
import type { Ros2 } from "../../robot/ros.ts";
import type { ControlSite } from "../../robot/sites/site.ts";
import type { Twin } from "../../sim/twin.ts";
import type { ArmDescription, JointCommand } from "../../src/domain/arm.ts";
import { urdf } from "../foxglove/urdf.ts";
import { DESCRIPTION } from "../ownArm.ts";
import type { Spoken } from "./intera.ts";

/**
 * Lets a twin speak as an arm under ros2_control: joint_state_broadcaster, robot_state_publisher's description, and one controller, which keeps its last
 * command for ever, as those controllers do. It is enabled once and knows no stop. Stamps are Unix time of this machine, s.
 */
export async function speakRos2Control(
  twin: Twin,
  description: ArmDescription,
  node: Ros2,
  { joint_states: told, command }: Pick<ControlSite, "joint_states" | "command">,
): Promise<Spoken> {
  const { joints } = twin.arm;
  const names = command.joints ?? joints;
  const order = joints.map((joint) => names.indexOf(joint));
  const { period } = twin.clock;
  const counts = { commands: 0, ignored: 0 };
  const open = new Subscription();
  let kept: JointCommand | undefined;
  let seq = 0;
  let epoch: number | undefined;
  const wall = Date.now() / 1000;

  const jointStates = await node.speak(told, "sensor_msgs/JointState");
  (await node.speak(DESCRIPTION, "std_msgs/String", true)).publish({ data: urdf(description) });
  const take = (kind: JointCommand["kind"], row: ArrayLike<number>) => {
    counts.commands++;
    const value = order.map((i) => row[i] ?? NaN);
    if (row.length === names.length && value.every(Number.isFinite)) kept = { kind, value, period };
    else counts.ignored++;
  };
  if (command.interface === "trajectory")
    open.add(
      node.hear(command.topic, "trajectory_msgs/JointTrajectory").message$.subscribe(({ joint_names: theirs, points }) => {
        const last = points.at(-1);
        if (last)
          take(
            "position",
            names.map((name) => last.positions[theirs.indexOf(name)] ?? NaN),
          );
        else counts.ignored++;
      }),
    );
  else {
    const kind = command.interface;
    open.add(node.hear(command.topic, "std_msgs/Float64MultiArray").message$.subscribe(({ data }) => take(kind, data)));
  }
  twin.setSpeedRatio(1);
  open.add(
    twin.message$.subscribe({
      next: ({ stamp, name, position, velocity, effort }) => {
        epoch ??= stamp;
        const header = { seq: seq++, stamp: timeOf(wall + stamp - epoch), frame_id: "" };
        jointStates.publish({ header, name, position, velocity, effort });
        if (kept) twin.arm.send(kept).subscribe({ error: () => {} });
      },
      error: () => {},
    }),
  );
  return { counts: () => ({ ...counts }), close: () => open.unsubscribe() };
}
