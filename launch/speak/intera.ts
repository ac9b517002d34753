import { Subscription } from "rxjs";
import { references } from "../../robot/arms/interaEcho.ts";
import { isTold, says } from "../../robot/arms/interaTopics.ts";
import { estopButtons, estopSources } from "../../robot/arms/interaStatus.ts";
import { POSITION_MODE, timeOf, VELOCITY_MODE } from "../../robot/ros1/messages.ts";
import type { Messages } from "../../robot/ros1/messages.ts";
import type { Wire } from "../../robot/wire.ts";
import type { JointMessage } from "../../sim/jointMessage.ts";
import type { Twin } from "../../sim/twin.ts";
import type { ArmDescription, ArmStatus, JointCommand } from "../../src/domain/arm.ts";
import { seconds } from "../../src/domain/units.ts";
import type { Percentiles } from "../../src/control/cadence.ts";
import { chain, forward } from "../../src/kinematics/chain.ts";
import { quaternion, xyz } from "../foxglove/transforms.ts";
import { answering } from "./answering.ts";
import { speakInteraIo } from "./interaIo.ts";

type Command = Messages["intera_core_msgs/JointCommand"];

/** What the robot was told, and what of it had no meaning for it. */
export interface Spoken {
  /** `stateToCommandMs`: how soon its states were answered, where it is measured. */
  counts(): { readonly commands: number; readonly ignored: number; readonly stateToCommandMs?: Percentiles };
  close(): void;
}

/** A set-point in the arm's own order; undefined for modes and joints that this robot does not have. */
export function commandOf(
  { mode, names, position, velocity }: Command,
  joints: readonly string[],
  period: number,
): JointCommand | undefined {
  const kind = mode === VELOCITY_MODE ? "velocity" : mode === POSITION_MODE ? "position" : undefined;
  if (kind === undefined) return undefined;
  const row = kind === "velocity" ? velocity : position;
  const order = joints.map((joint) => names.indexOf(joint));
  const value = order.map((i) => (i === -1 ? NaN : (row[i] ?? NaN)));
  return value.every(Number.isFinite) ? { kind, value, period: seconds(period) } : undefined;
}

const zero = { x: 0, y: 0, z: 0 };

const assemblyOf = ({ homed, ready, enabled, stopped, error, estopButton, estopSource }: ArmStatus) => ({
  ...{ homed, ready, enabled, stopped, error, lowVoltage: false },
  estop_button: estopButtons.indexOf(estopButton),
  estop_source: estopSources.indexOf(estopSource),
});

/**
 * Lets a twin speak as a Sawyer does, on whichever ROS: states at its period, Intera's time-out, stop, reset and enable. What the robot is
 * told in vain it refuses in silence, as on the real one. Stamps are Unix time of this machine, s. Rejects with "link.lost".
 */
export async function speakIntera(twin: Twin, description: ArmDescription, wire: Wire): Promise<Spoken> {
  const { joints } = twin.arm;
  const kinematics = chain(description);
  const wall = Date.now() / 1000;
  let epoch: number | undefined;
  let status: ArmStatus;
  let seq = 0;
  const counts = { commands: 0, ignored: 0 };
  const answers = answering();
  const open = new Subscription();

  const [jointStates, state, endpoint, collision, reference] = await Promise.all([
    wire.speak(...says.jointStates),
    wire.speak(...says.state),
    wire.speak(...says.endpoint),
    wire.speak(...says.collision),
    wire.speak(...references),
  ]);
  const tell = ({ stamp, name, position, velocity, effort, collision: hit, wrench }: JointMessage) => {
    epoch ??= stamp;
    const header = { seq: seq++, stamp: timeOf(wall + stamp - epoch), frame_id: "" };
    // The real one has a torso that does not move among its joints.
    answers.said();
    jointStates.publish({
      header,
      ...{ name: [...name, "torso_t0"], position: [...position, 0], velocity: [...velocity, 0], effort: [...effort, 0] },
    });
    reference.publish({ header, name: joints, position: [], velocity: [...twin.references()], effort: [] });
    state.publish(assemblyOf(status));
    const q = joints.map((joint) => position[name.indexOf(joint)]!);
    const { p, R } = forward(kinematics, q);
    const [fx, fy, fz, tx, ty, tz] = wrench ?? [0, 0, 0, 0, 0, 0];
    endpoint.publish({
      header: { ...header, frame_id: "base" },
      pose: { position: xyz(p), orientation: quaternion(R) },
      twist: { linear: zero, angular: zero },
      wrench: { force: { x: fx, y: fy, z: fz }, torque: { x: tx, y: ty, z: tz } },
      valid: true,
    });
    collision.publish({ header, collision_state: hit ?? false });
  };
  open.add(twin.arm.status$.subscribe({ next: (it) => (status = it), error: () => {} }));
  open.add(await speakInteraIo(twin, wire));
  open.add(twin.message$.subscribe({ next: tell, error: () => {} }));

  const follow = (message: Command) => {
    counts.commands++;
    answers.answered();
    const command = commandOf(message, joints, twin.clock.period);
    if (command) twin.arm.send(command).subscribe({ error: () => {} });
    else counts.ignored++;
  };
  /** A share of (0, 1] is taken; what is none is kept from the robot. */
  const set = (share: number, take: (share: number) => void) => (share > 0 ? take(Math.min(1, share)) : void counts.ignored++);
  const silently = (deed: Promise<void>) => void deed.catch(() => counts.ignored++);
  open.add(wire.hear(...isTold.command).message$.subscribe(follow));
  open.add(wire.hear(...isTold.timeout).message$.subscribe(({ data }) => set(data, twin.setTimeout)));
  open.add(wire.hear(...isTold.speedRatio).message$.subscribe(({ data }) => set(data, twin.setSpeedRatio)));
  open.add(wire.hear(...isTold.stop).message$.subscribe(() => silently(twin.arm.halt())));
  open.add(wire.hear(...isTold.reset).message$.subscribe(() => silently(twin.arm.reset())));
  open.add(wire.hear(...isTold.enable).message$.subscribe(({ data }) => data && silently(twin.arm.enable())));
  return { counts: () => ({ ...counts, stateToCommandMs: answers.report() }), close: () => open.unsubscribe() };
}
