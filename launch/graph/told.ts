import { secondsOf } from "../../robot/ros1/messages.ts";
import type { TrajectoryRequest } from "../../robot/ros2/followTrajectory.ts";
import type { DiagnosticStatus } from "../../robot/ros2/messages.ts";
import type { GraphState, TrajectoryGoal } from "./protocol.ts";

/** s: a state that is older is nobody's word any more. */
const STALE = 1;

const row = (numbers: ArrayLike<number>) => Array.from(numbers);

/** A goal as control reads it. */
export const goalOf = ({
  trajectory,
  path_tolerance: path,
  goal_tolerance: end,
  goal_time_tolerance: late,
}: TrajectoryRequest): TrajectoryGoal => {
  const byName = (tolerances: typeof path) =>
    Object.fromEntries(tolerances.filter(({ position }) => position > 0).map(({ name, position }) => [name, position]));
  return {
    joints: trajectory.joint_names,
    points: trajectory.points.map(({ positions, velocities, time_from_start: t }) => ({
      q: row(positions),
      v: row(velocities),
      t: secondsOf(t),
    })),
    ...{ path: byName(path), end: byName(end), late: secondsOf(late) },
  };
};

/** How the arm is, for diagnostics: by its mode, and stale when nobody tells it any more. `now`: Unix time, s. */
export function diagnosisOf({ mode, cause, verdict, counters, at }: GraphState, now: number): DiagnosticStatus {
  const stale = now - at > STALE;
  const level = stale ? 3 : mode === "stopped" ? 2 : ["offline", "disabled", "holding"].includes(mode) ? 1 : 0;
  const values = Object.entries({ mode, cause, verdict, ...counters }).map(([key, value]) => ({ key, value: String(value) }));
  return {
    level,
    name: "onarm: arm",
    message: stale ? "nothing is told any more" : cause === "" ? mode : `${mode}: ${cause}`,
    hardware_id: "arm",
    values,
  };
}
