import type { ArmStatus, JointCommand } from "../src/domain/arm.ts";
import type { FaultCode } from "../src/domain/errors.ts";
import type { SceneSpec, SceneState } from "../src/domain/scene.ts";
import type { JointMessage } from "./jointMessage.ts";

/** What a paced twin and its clients say to each other: one JSON object a line, over a loopback socket. */

/** Deeds are answered by `done` or `refused` with their id; a set-point is not, as on the real arm. */
export type Deed =
  | { readonly op: "halt" }
  | { readonly op: "reset" }
  | { readonly op: "enable" }
  | { readonly op: "arrange"; readonly spec: SceneSpec };
export type ToTwin = { readonly op: "send"; readonly command: JointCommand } | (Deed & { readonly id: number });

export type FromTwin =
  | { readonly op: "hello"; readonly joints: readonly string[]; readonly period: number; readonly status: ArmStatus }
  | { readonly op: "joints"; readonly joints: JointMessage }
  | { readonly op: "scene"; readonly scene: SceneState }
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
