import type { Rcl, RclGoal, RclNode } from "./client.ts";
import { codecFrom } from "./codec.ts";
import { definitionOf } from "./messages.ts";
import type { Messages2 } from "./messages.ts";
import type { Time } from "../ros1/messages.ts";

interface Tolerance {
  readonly name: string;
  readonly position: number;
}
/** The goal of control_msgs/FollowJointTrajectory, of which an arm of joints alone has a use. */
export interface TrajectoryRequest {
  readonly trajectory: Messages2["trajectory_msgs/JointTrajectory"];
  readonly path_tolerance: readonly Tolerance[];
  readonly goal_tolerance: readonly Tolerance[];
  readonly goal_time_tolerance: Time;
}
export interface TrajectoryAnswer {
  readonly code: number;
  readonly text: string;
  readonly canceled?: boolean;
}
export interface TrajectoryServer {
  /** Why a goal is not taken up, or undefined. */
  refuse(request: TrajectoryRequest): string | undefined;
  /** Resolves when it has ended, whichever way; `went` tells what was wanted and what is measured, in the goal's order of joints. */
  follow(
    request: TrajectoryRequest,
    went: (desired: readonly number[], actual: readonly number[]) => void,
  ): Promise<TrajectoryAnswer>;
  cancel(): void;
  fault(text: string): void;
}

const line = `\n${"=".repeat(80)}\n`;
const [trajectory, ...parts] = definitionOf("trajectory_msgs/JointTrajectory").split(line);
const goal = codecFrom<TrajectoryRequest>(
  [
    "trajectory_msgs/JointTrajectory trajectory\ncontrol_msgs/JointTolerance[] path_tolerance\ncontrol_msgs/JointTolerance[] goal_tolerance\nduration goal_time_tolerance",
    `MSG: trajectory_msgs/JointTrajectory\n${trajectory}`,
    ...parts,
    "MSG: control_msgs/JointTolerance\nstring name\nfloat64 position\nfloat64 velocity\nfloat64 acceleration",
  ].join(line),
);
const TYPE = "control_msgs/action/FollowJointTrajectory";
const point = (positions: readonly number[]) => ({
  ...{ positions, velocities: [], accelerations: [], effort: [] },
  time_from_start: { sec: 0, nanosec: 0 },
});

/** Serves FollowJointTrajectory, one goal at a time. Nothing that is asked of it throws into the client library. */
export function serveTrajectories(rcl: Rcl, node: RclNode, name: string, server: TrajectoryServer): void {
  const action = rcl.require(TYPE);
  let next: TrajectoryRequest | undefined;
  const requests = new WeakMap<RclGoal, TrajectoryRequest>();
  const result = (code: number, text: string) => new action.Result({ error_code: code, error_string: text });

  const execute = async (handle: RclGoal): Promise<object> => {
    const request = requests.get(handle)!;
    const names = request.trajectory.joint_names;
    const answer = await server
      .follow(request, (desired, actual) => {
        if (handle.isCancelRequested) return;
        try {
          handle.publishFeedback(
            new action.Feedback({
              header: { stamp: { sec: 0, nanosec: 0 }, frame_id: "" },
              ...{ joint_names: names, desired: point(desired), actual: point(actual) },
              error: point(desired.map((x, i) => x - actual[i]!)),
            }),
          );
        } catch (error) {
          server.fault((error as Error).message);
        }
      })
      .catch((error: Error) => ({ code: -4, text: error.message, canceled: false }));
    if (answer.canceled === true && handle.isCancelRequested) handle.canceled();
    else if (answer.code === 0 && answer.canceled !== true) handle.succeed();
    else handle.abort();
    return result(answer.code, answer.text);
  };
  const asked = (raw: unknown): number => {
    try {
      const request = goal.read(raw);
      const why = server.refuse(request);
      if (why !== undefined) server.fault(`a trajectory was refused: ${why}`);
      next = why === undefined ? request : undefined;
    } catch (error) {
      next = undefined;
      server.fault(`a trajectory was refused: ${(error as Error).message}`);
    }
    return next === undefined ? rcl.GoalResponse.REJECT : rcl.GoalResponse.ACCEPT;
  };
  const accepted = (handle: RclGoal) => {
    requests.set(handle, next!);
    handle.execute();
  };
  new rcl.ActionServer(node, TYPE, name, execute, asked, accepted, () => {
    server.cancel();
    return rcl.CancelResponse.ACCEPT;
  });
}
