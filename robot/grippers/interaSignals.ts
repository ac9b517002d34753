import type { Observable } from "rxjs";

/**
 * Intera's IO framework as far as a gripper needs it: the fields of intera_core_msgs/IOComponentCommand and IODeviceStatus (RethinkRobotics/
 * intera_common a298fec), in ROS 2's names. Values travel as JSON inside strings.
 */
export interface IoTime {
  readonly sec: number;
  readonly nanosec: number;
}

export interface IoCommand {
  /** Stamp by which the command is acknowledged. */
  readonly time: IoTime;
  readonly op: "set";
  /** JSON. */
  readonly args: string;
}

export interface IoStatus {
  readonly time: IoTime;
  readonly signals: readonly {
    readonly name: string;
    /** JSON: {"type": "float", "role": "output"}. */
    readonly format: string;
    /** JSON, an array: "[0.041]". */
    readonly data: string;
  }[];
  /** Stamps of the commands taken lately. */
  readonly commands: readonly IoTime[];
}

/** What carries them: a ROS, or a test. Both ends of /io/end_effector/right_gripper. */
export interface IoLink {
  /** Hot. Errs or completes when the link is lost. The robot tells its state when it changes, and now and then; not at a rate. */
  readonly status$: Observable<IoStatus>;
  publish(command: IoCommand): void;
}

export const sameTime = (a: IoTime, b: IoTime): boolean => a.sec === b.sec && a.nanosec === b.nanosec;

/** Unix time, s, as a stamp that is later than `last`, for no two commands may have the same. */
export function stampAfter(wall: number, last: IoTime): IoTime {
  const sec = Math.floor(wall);
  const now = { sec, nanosec: Math.floor((wall - sec) * 1e9) };
  if (now.sec > last.sec || (now.sec === last.sec && now.nanosec > last.nanosec)) return now;
  return last.nanosec < 999_999_999 ? { ...last, nanosec: last.nanosec + 1 } : { sec: last.sec + 1, nanosec: 0 };
}

/** The command that sets one signal. */
export const setSignal = (time: IoTime, signal: string, value: number | boolean): IoCommand => ({
  time,
  op: "set",
  args: JSON.stringify({
    signals: { [signal]: { format: { type: typeof value === "boolean" ? "bool" : "float" }, data: [value] } },
  }),
});

/** Values of the signals of a status, by name. Total: what is no JSON array with a number or a truth value in front is left out. */
export function valuesOf(status: IoStatus): ReadonlyMap<string, number | boolean> {
  const values = new Map<string, number | boolean>();
  for (const { name, data } of status.signals) {
    try {
      const [value] = JSON.parse(data) as unknown[];
      if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) values.set(name, value);
    } catch {
      // A signal that cannot be read is a signal that is not known; the deed that needs it fails in its time.
    }
  }
  return values;
}
