import type { ArmStatus, JointCommand } from "../src/domain/arm.ts";
import type { FaultCode } from "../src/domain/errors.ts";
import type { SceneSpec, SceneState } from "../src/domain/scene.ts";
import type { Metres, Vec3 } from "../src/domain/units.ts";
import type { GripperState } from "../src/ports/gripper.ts";
import type { Mishap } from "./gripper.ts";
import type { JointMessage } from "./jointMessage.ts";

/** What a paced twin and its clients say to each other: one JSON object a line, over a loopback socket. */

/** What can be asked of the gripper; a move is answered when it is over. */
export type GripperDeed =
  { readonly op: "calibrateGripper" } | { readonly op: "moveGripper"; readonly width: Metres } | { readonly op: "haltGripper" };
/** What can be asked of the arm itself, and of whoever sets the scene out. */
export type Deed =
  | GripperDeed
  | { readonly op: "halt" }
  | { readonly op: "reset" }
  | { readonly op: "enable" }
  | { readonly op: "arrange"; readonly spec: SceneSpec };
/** What happens to the arm in its physical world, by hands or by bad luck: no arm can be asked for it, so it stands beside the Arm port. */
export type WorldDeed =
  | { readonly op: "push"; readonly torque: readonly number[] }
  | { readonly op: "pull"; readonly force: Vec3 }
  | { readonly op: "pressStop" }
  | { readonly op: "releaseStop" }
  | { readonly op: "squeezeCuff"; readonly squeezed: boolean }
  | { readonly op: "setJoints"; readonly q: readonly number[] }
  | { readonly op: "befallGripper"; readonly what: Mishap }
  | { readonly op: "poison" };

/** A set-point. `no` counts up on each link; `at`: when it left, on the monotonic clock that all processes of a machine share. */
export interface Sending {
  readonly op: "send";
  readonly no: number;
  readonly at: number;
  readonly command: JointCommand;
}
/** Deeds are answered by `done` or `refused` with their id; a set-point is not, as on the real arm: `taken` tells that it was read. */
export type ToTwin = Sending | ((Deed | WorldDeed) & { readonly id: number });

/** What a client must know before it may ask for anything. */
export interface Hello {
  readonly op: "hello";
  readonly joints: readonly string[];
  readonly period: number;
  readonly status: ArmStatus;
  readonly gripper: { readonly range: readonly [Metres, Metres]; readonly state: GripperState };
}

export type FromTwin =
  | Hello
  /** `taken`: number of the newest set-point read from this link, followed or not. */
  | { readonly op: "joints"; readonly joints: JointMessage; readonly taken: number }
  | { readonly op: "scene"; readonly scene: SceneState }
  | { readonly op: "gripper"; readonly gripper: GripperState }
  | { readonly op: "status"; readonly status: ArmStatus }
  | { readonly op: "done"; readonly id: number }
  | { readonly op: "refused"; readonly id: number; readonly code: FaultCode; readonly message: string }
  | { readonly op: "failed"; readonly code: FaultCode; readonly message: string };

/** Longest line anybody here has a reason to send. */
const LONGEST = 65_536;

export const line = (message: ToTwin | FromTwin): string => JSON.stringify(message) + "\n";

/** Cuts a byte stream into messages. `take` gets every whole line parsed; throws SyntaxError or RangeError for a peer that speaks something else. */
export function lines<T>(take: (message: T) => void): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    for (const part of parts) take(JSON.parse(part) as T);
    if (rest.length > LONGEST) throw new RangeError(`a line of more than ${LONGEST} characters`);
  };
}
