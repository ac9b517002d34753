import { combineLatest, filter, map, merge, Observable, take, throwError, switchMap } from "rxjs";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Messages } from "../ros1/messages.ts";
import type { Wire } from "../wire.ts";
import type { IoLink, IoStatus } from "./interaSignals.ts";

/** The IO devices of a Sawyer that are used here: what they say, and what they are told. */
export const cuffState = "/io/robot/cuff/state";
export const gripperState = "/io/end_effector/right_gripper/state";
export const gripperCommand = "/io/end_effector/right_gripper/command";

type Told = Messages["intera_core_msgs/IODeviceStatus"];
type Time = Told["time"];

const ioTime = ({ sec, nsec }: Time) => ({ sec, nanosec: nsec });
/** A device's word in the shape of Intera's IO framework. */
export const ioStatusOf = ({ time, signals, commands }: Told): IoStatus => ({
  time: ioTime(time),
  signals: signals.map(({ name, format, data }) => ({ name, format, data })),
  commands: commands.map(ioTime),
});

/** The electric gripper's two topics. Its status errs with "link.lost" when the graph is gone, or who publishes it. Rejects with "link.lost". */
export async function gripperOver(wire: Wire): Promise<IoLink> {
  const state = wire.hear(gripperState, "intera_core_msgs/IODeviceStatus");
  const command = await wire.speak(gripperCommand, "intera_core_msgs/IOComponentCommand");
  const there$ = combineLatest([wire.gone$, state.linked$]).pipe(
    map(([gone, linked]) => gone ?? (linked ? undefined : `nobody publishes ${gripperState} any more; look at the gripper`)),
  );
  // Only a link that was there can be lost.
  const lost$ = there$.pipe(
    filter((why) => why === undefined),
    take(1),
    switchMap(() => there$),
    filter((why) => why !== undefined),
    switchMap((why): Observable<never> => throwError(() => new OnarmError("link.lost", why))),
  );
  return {
    status$: merge(state.message$.pipe(map(ioStatusOf)), lost$),
    publish: ({ time: { sec, nanosec }, op, args }) => void command.publish({ time: { sec, nsec: nanosec }, op, args }),
  };
}
