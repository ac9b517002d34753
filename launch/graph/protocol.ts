import type { ArmDescription } from "../../src/domain/arm.ts";

export type Rights = "watch" | "operate";

/** What the graph's process needs to know to begin. */
export interface GraphOptions {
  readonly domain?: number;
  readonly rights: Rights;
  readonly description: ArmDescription;
  /** What its parameters tell, read-only: which bundle drives, which limits hold. */
  readonly facts: Readonly<Record<string, string>>;
}

/** One period of the arm as the graph shows it. Times are Unix time, s; rows in the order of `description.commanded`, SI. */
export interface GraphState {
  readonly at: number;
  readonly position: readonly number[];
  readonly velocity: readonly number[];
  readonly effort: readonly number[];
  readonly mode: string;
  /** Why it is stopped or holds; empty otherwise. */
  readonly cause: string;
  readonly verdict: string;
  readonly counters: Readonly<Record<"ticks" | "clamps" | "stops" | "dropped", number>>;
}

export const deeds = ["stop", "reset", "enable", "take-over"] as const;
export type Deed = (typeof deeds)[number];

export interface TrajectoryGoal {
  readonly joints: readonly string[];
  readonly points: readonly { readonly q: readonly number[]; readonly v: readonly number[]; readonly t: number }[];
  /** rad that each joint may be off its way, and at its end, by name; s that the end may be late. Left out: our own. */
  readonly path: Readonly<Record<string, number>>;
  readonly end: Readonly<Record<string, number>>;
  readonly late: number;
}
/** Codes of control_msgs/FollowJointTrajectory. */
export type TrajectoryCode = 0 | -1 | -2 | -4 | -5;

/** What control says to the graph's process. */
export type ToGraph =
  | { readonly open: GraphOptions }
  | { readonly show: GraphState }
  | { readonly done: { readonly id: number; readonly ok: boolean; readonly text: string } }
  | { readonly went: { readonly id: number; readonly desired: readonly number[]; readonly actual: readonly number[] } }
  | {
      readonly ended: { readonly id: number; readonly code: TrajectoryCode; readonly text: string; readonly canceled?: boolean };
    };

/** What the graph's process says to control. */
export type FromGraph =
  | { readonly opened: { readonly node: string; readonly domain: number; readonly left: readonly string[] } }
  | { readonly refused: { readonly code: string; readonly message: string } }
  | { readonly deed: { readonly id: number; readonly deed: Deed } }
  | { readonly follow: { readonly id: number; readonly goal: TrajectoryGoal } }
  | { readonly cancel: number }
  | { readonly said: string };
