import { defer, EMPTY, interval, of, startWith, throwError } from "rxjs";
import type { ArmStatus, JointCommand } from "../../src/domain/arm.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Arm } from "../../src/ports/arm.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { POSITION_MODE, timeOf, VELOCITY_MODE } from "../ros1/messages.ts";
import type { Wire } from "../wire.ts";
import { insist } from "./insist.ts";
import { interaLink } from "./interaLink.ts";
import { interaTopics } from "./interaTopics.ts";
import { lostBecause } from "./jointLink.ts";

export interface InteraOptions {
  /** In the order of the arm's description. */
  readonly joints: readonly string[];
  readonly clock: Pick<Clock, "now" | "wall">;
  /** Silence after which the robot forgets a velocity, s, in (0, 0.1]; its own default is 0.2. */
  readonly timeout?: number;
  /** Share of full speed in position mode, in (0, 1]. The robot keeps what it was told last when left out. */
  readonly speedRatio?: number;
}

/** ms: for a first state after joining; for a deed, as the vendor's own tools wait; for a stop. */
const FIRST = 5000;
const DEED = 5000;
const HALT = 2000;
/** ms between two tellings of what is set: a robot that started anew has its own again. */
const REMIND = 1000;

const refused = (why: string) => new OnarmError("arm.refused", why);
const closed = "the arm is closed; open it again";

/** Says what is good, so that NaN is refused. */
function requireShare(what: string, share: number, most: number): void {
  if (share > 0 && share <= most) return;
  throw new OnarmError("config.invalid", `the arm's ${what} must lie in (0, ${most}], not ${share}`);
}

/**
 * A Sawyer by Intera's topics, over whichever ROS carries them. Opening moves and enables nothing. States are stamped on `clock`. Intera has
 * no echo of commands, so `heard` stays absent: commands that do not arrive show as a topic without subscribers, or as a tracking error.
 * Rejects with "link.lost", naming what is missing, and "config.invalid".
 */
export async function openIntera(
  name: string,
  wire: Wire,
  { joints, clock, timeout = 0.1, speedRatio }: InteraOptions,
): Promise<Arm> {
  requireShare("time-out, s,", timeout, 0.1);
  if (speedRatio !== undefined) requireShare("speed ratio", speedRatio, 1);
  const robot = await interaTopics(wire);
  const link = interaLink(wire, robot, joints, clock);
  try {
    await robot.present(FIRST, () => link.status$() !== undefined);
  } catch (error) {
    link.close();
    throw error;
  }
  const reminding = interval(REMIND)
    .pipe(startWith(0))
    .subscribe(() => {
      robot.timeout.publish({ data: timeout });
      if (speedRatio !== undefined) robot.speedRatio.publish({ data: speedRatio });
    });
  let open = true;
  let seq = 0;

  const deed = (say: () => void, done: (status: ArmStatus) => boolean, late: () => OnarmError, patience = DEED) =>
    insist({ say, state$: link.word$(), done, patience, late });
  /** @throws "link.lost" */
  const now = (): ArmStatus => {
    const why = open ? link.lost() : closed;
    if (why !== undefined) throw lostBecause(why);
    return link.status$()!.value;
  };
  /** The number of nodes that took it. */
  const sent = ({ kind, value }: JointCommand): number => {
    now();
    if (!(value.length === joints.length && value.every(Number.isFinite)))
      throw refused(`a command is ${joints.length} finite numbers, not (${value.join(", ")})`);
    if (robot.command.subscribers().length === 0) throw lostBecause(robot.unheard(robot.command.topic));
    const header = { seq: seq++, stamp: timeOf(clock.wall()), frame_id: "" };
    const rows = { position: [], velocity: [], acceleration: [], effort: [], [kind]: value };
    return robot.command.publish({ header, mode: kind === "velocity" ? VELOCITY_MODE : POSITION_MODE, names: joints, ...rows });
  };

  return {
    name,
    joints,
    state$: defer(() => link.state$()),
    status$: defer(() => link.status$()!),
    send(command) {
      try {
        return sent(command) > 0 ? of(command) : EMPTY;
      } catch (error) {
        return throwError(() => error);
      }
    },
    async halt() {
      if (!open) throw lostBecause(closed);
      const late = () => lostBecause("the robot has not said that it stopped; press its button");
      // Over whatever connection still stands: a robot hears its stop without a master.
      await deed(
        () => robot.stop.publish({}),
        (it) => it.stopped,
        late,
        HALT,
      );
    },
    async reset() {
      const { stopped, estopButton } = now();
      if (!stopped) throw refused("the arm is not stopped: there is nothing to reset");
      if (estopButton === "pressed") throw refused("the stop button is pressed: release it, then reset");
      const late = () => refused("the robot stays stopped; look at its screen and its stop button");
      await deed(
        () => robot.reset.publish({}),
        (it) => !it.stopped,
        late,
      );
    },
    async enable() {
      const { stopped, homed } = now();
      if (stopped) throw refused("the arm is stopped: reset it first, then enable");
      if (!homed) throw refused("the arm is not homed: home its joints first, on its screen or with the vendor's home_joints");
      const late = () => refused("the robot does not enable; look at its screen");
      await deed(
        () => robot.enable.publish({ data: true }),
        (it) => it.enabled,
        late,
      );
    },
    async close() {
      open = false;
      reminding.unsubscribe();
      link.close();
    },
  };
}
