import { BehaviorSubject, defer, EMPTY, filter, firstValueFrom, interval, of, throwError, timeout as within } from "rxjs";
import type { ArmState, ArmStatus, JointCommand } from "../../src/domain/arm.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Arm } from "../../src/ports/arm.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Ros2 } from "../ros.ts";
import { overRos2 } from "../ros2/wire.ts";
import type { ControlSite } from "../sites/site.ts";
import { controllerInput } from "./controllerInput.ts";
import { insist } from "./insist.ts";
import { jointLink, lostBecause } from "./jointLink.ts";
import { withEffort } from "./joints.ts";

export interface Ros2ControlOptions {
  /** Stays the caller's, who closes it after the arm. */
  readonly node: Ros2;
  readonly site: Pick<ControlSite, "joint_states" | "command">;
  /** In the order of the arm's description. */
  readonly joints: readonly string[];
  readonly clock: Pick<Clock, "now">;
  /** Silence after which a velocity is taken back, s, in (0, 0.1]. By us: the controller keeps it for ever. */
  readonly timeout?: number;
}

/** ms: for a first state and a controller; for a stop. rad/s: what is slower has stopped. */
const FIRST = 5000;
const HALT = 2000;
const REST = 0.02;
/** ms between two looks at how long nothing was sent. */
const LOOK = 10;

const refused = (why: string) => new OnarmError("arm.refused", why);
const closed = "the arm is closed; open it again";

/**
 * An arm under ros2_control: joint states in, a group controller's commands out. That wire has no stop, no enable and no word of the arm's on itself:
 * `stopped` and `enabled` are latches of this adapter, the button is "unknown", and `homed`, `ready` and `error` say what cannot be known otherwise.
 * Opening moves and enables nothing. Rejects with "link.lost", naming what is missing, and "config.invalid".
 */
export async function openRos2Control({ node, site, joints, clock, timeout = 0.1 }: Ros2ControlOptions): Promise<Arm> {
  if (!(timeout > 0 && timeout <= 0.1))
    throw new OnarmError("config.invalid", `the arm's time-out, s, must lie in (0, 0.1], not ${timeout}`);
  const wire = overRos2(node);
  const input = await controllerInput(node, site.command, joints);
  const jointStates = withEffort(node.hear(site.joint_states, "sensor_msgs/JointState"));
  const link = jointLink({ wire, jointStates, joints, clock });
  let open = true;
  let measured: ArmState | undefined;
  const follow = () => void link.state$().subscribe({ next: (it) => (measured = it), error: () => {} });
  follow();
  const following = link.lost$.subscribe(follow);
  const word = (stopped: boolean, enabled: boolean): ArmStatus => ({
    ...{ at: clock.now(), homed: true, ready: enabled, enabled, stopped, error: false },
    ...{ estopButton: "unknown", estopSource: stopped ? "unknown" : "none" },
  });
  // A controller that listens obeys: its motors are on as far as anybody knows.
  const status$ = new BehaviorSubject(word(false, true));
  const absent = () => {
    if (measured === undefined)
      return `nobody tells the joints of this arm on ${site.joint_states}; is joint_state_broadcaster active? look with: ros2 control list_controllers`;
    return input.subscribers() > 0
      ? undefined
      : `no controller listens to ${site.command.topic}; is it loaded, and of the kind the site file says (${site.command.interface})? look with: ros2 control list_controllers`;
  };
  await firstValueFrom(
    interval(20).pipe(
      filter(() => absent() === undefined),
      within({ first: FIRST }),
    ),
  ).catch((error: unknown) => {
    link.close();
    const why = link.lost() ?? absent() ?? "the arm is slow to answer; try again";
    throw new OnarmError("link.lost", `in ${wire.where} ${why}`, {}, error);
  });

  /** When something that moves was last sent; undefined once that was taken back. */
  let moving: number | undefined;
  const resting = interval(LOOK).subscribe(() => {
    if (moving === undefined || clock.now() - moving <= timeout) return;
    moving = undefined;
    input.rest(measured!);
  });
  /** @throws "link.lost" */
  const linked = () => {
    const why = open ? link.lost() : closed;
    if (why !== undefined) throw lostBecause(why);
  };
  /** @throws "link.lost" or "arm.refused" */
  const sent = (command: JointCommand): boolean => {
    linked();
    const { value } = command;
    if (!(value.length === joints.length && value.every(Number.isFinite)))
      throw refused(`a command is ${joints.length} finite numbers, not (${value.join(", ")})`);
    if (input.subscribers() === 0) throw lostBecause(absent()!);
    if (!status$.value.enabled) return false;
    moving = clock.now();
    return input.send(command, measured!) > 0;
  };

  return {
    name: "ros2-control",
    joints,
    state$: defer(() => link.state$()),
    status$: status$.asObservable(),
    send(command) {
      try {
        return sent(command) ? of(command) : EMPTY;
      } catch (error) {
        return throwError(() => error);
      }
    },
    async halt() {
      if (!open) throw lostBecause(closed);
      // The latch first: whatever else is sent from now on does not leave.
      if (!status$.value.stopped) status$.next(word(true, false));
      moving = undefined;
      const at = measured!;
      await insist({
        say: () => input.rest(at),
        state$: link.state$(),
        done: ({ velocity, at: now }) => now > at.at && velocity.every((v) => Math.abs(v) <= REST),
        patience: HALT,
        late: () => lostBecause("the arm does not come to rest; press its button"),
      });
    },
    async reset() {
      linked();
      if (!status$.value.stopped) throw refused("the arm is not stopped: there is nothing to reset");
      status$.next(word(false, false));
    },
    async enable() {
      linked();
      if (status$.value.stopped) throw refused("the arm is stopped: reset it first, then enable");
      if (status$.value.enabled) return;
      input.rest(measured!);
      status$.next(word(false, true));
    },
    async close() {
      if (!open) return;
      open = false;
      // What moves by our doing does not go on without us.
      if (moving !== undefined) input.rest(measured!);
      for (const each of [resting, following]) each.unsubscribe();
      link.close();
      status$.complete();
    },
  };
}
