import type { ArmState, JointCommand } from "../../src/domain/arm.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Ros2 } from "../ros.ts";
import { timeOf } from "../ros1/messages.ts";
import type { ControlSite } from "../sites/site.ts";

/** What a controller of ros2_control takes, from set-points of ours. */
export interface ControllerInput {
  /** The number of controllers it went to. */
  send(command: JointCommand, measured: ArmState): number;
  /** Where it is, at rest. */
  rest(measured: ArmState): void;
  subscribers(): number;
}

/** rad that a commanded position may be ahead of the measured one; s after which an integrated one is begun anew where the arm is. */
const LEAD = 0.05;
const ANEW = 0.1;
/** 1/s: how fast a position is gone to by a controller of velocities; rad/s at most. */
const PULL = 4;
const PULLED = 0.3;
/** Periods that a trajectory controller has to get to the next point. */
const AHEAD = 2;

const within = (x: number, lower: number, upper: number) => Math.min(upper, Math.max(lower, x));
const layout = { dim: [], data_offset: 0 };

/** Joins the controller that a site names. @throws "config.invalid" for joints that are not the arm's */
export async function controllerInput(
  node: Pick<Ros2, "speak">,
  { interface: kind, topic, joints: theirs }: ControlSite["command"],
  joints: readonly string[],
): Promise<ControllerInput> {
  const names = theirs ?? joints;
  const order = names.map((name) => joints.indexOf(name));
  if (!(names.length === joints.length && new Set(order).size === joints.length && order.every((i) => i >= 0)))
    throw new OnarmError(
      "config.invalid",
      `command.joints of the site file must name ${joints.join(", ")}, each once, in the controller's order`,
    );
  const ordered = (row: readonly number[]) => order.map((i) => row[i]!);

  if (kind === "velocity") {
    const group = await node.speak(topic, "std_msgs/Float64MultiArray");
    const say = (value: readonly number[]) => group.publish({ layout, data: ordered(value) });
    return {
      send: ({ kind: meant, value }, { position }) =>
        say(meant === "velocity" ? value : value.map((q, i) => within(PULL * (q - position[i]!), -PULLED, PULLED))),
      rest: () => void say(joints.map(() => 0)),
      subscribers: () => group.subscribers().length,
    };
  }
  /** Positions: where the arm was sent last, from which velocities go on. */
  let goal: { readonly at: number; readonly q: readonly number[] } | undefined;
  const next = ({ kind: meant, value, period }: JointCommand, { at, position }: ArmState) => {
    const from = goal && at - goal.at <= ANEW ? goal.q : position;
    const q =
      meant === "position" ? value : from.map((x, i) => within(x + period * value[i]!, position[i]! - LEAD, position[i]! + LEAD));
    goal = { at, q };
    return q;
  };
  if (kind === "position") {
    const group = await node.speak(topic, "std_msgs/Float64MultiArray");
    const say = (q: readonly number[]) => group.publish({ layout, data: ordered(q) });
    return {
      send: (command, measured) => say(next(command, measured)),
      rest: ({ at, position }) => void say((goal = { at, q: position }).q),
      subscribers: () => group.subscribers().length,
    };
  }
  const controller = await node.speak(topic, "trajectory_msgs/JointTrajectory");
  const say = (q: readonly number[], after: number) =>
    controller.publish({
      // A stamp of zero: from now on.
      header: { seq: 0, stamp: { sec: 0, nsec: 0 }, frame_id: "" },
      joint_names: names,
      points: [{ positions: ordered(q), velocities: [], accelerations: [], effort: [], time_from_start: timeOf(after) }],
    });
  return {
    send: (command, measured) => say(next(command, measured), AHEAD * command.period),
    rest: ({ at, position }) => void say((goal = { at, q: position }).q, AHEAD * ANEW),
    subscribers: () => controller.subscribers().length,
  };
}
