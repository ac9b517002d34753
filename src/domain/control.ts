import type { ArmState, JointCommand, SentCommand, Verdict } from "./arm.ts";
import type { Mode } from "./mode.ts";
import type { SceneState } from "./scene.ts";
import type { Seconds, Vec3 } from "./units.ts";

/**
 * What whoever drives wants from now on, until told otherwise.
 * hold: come to rest · twist: move the tip at `linear` m/s in `base`, orientation kept · posture: go to the joint positions `q` rad, straight in joint space.
 */
export type Intent =
  | { readonly kind: "hold" }
  | { readonly kind: "twist"; readonly linear: Vec3 }
  | { readonly kind: "posture"; readonly q: readonly number[] };

/** Something worth telling, seen in one tick; it changes no mode by itself. `code`: a closed word such as "state.late" or "clock.jumped". */
export interface Notice {
  readonly level: "info" | "warn" | "fault";
  readonly code: string;
  readonly text: string;
}

/** Since the controller was made. `dropped`: states and scenes refused for their stamp, and commands that found a send still in flight. */
export interface Counters {
  readonly ticks: number;
  readonly clamps: number;
  readonly stops: number;
  readonly dropped: number;
}

/**
 * What a verdict rested on besides state and command. `by`: which judge was asked; easing to rest may rest on an older state than driving,
 * and recovering lets an arm outside its limits back inside.
 */
export interface Basis {
  readonly previous: SentCommand;
  readonly by: "driving" | "easing" | "recovering";
}

/** One period of the control loop: what it saw, what was wanted, what was judged, what left. `command`: proposed, before the verdict. */
export interface Tick {
  readonly at: Seconds;
  readonly mode: Mode;
  readonly intent: Intent;
  readonly state?: ArmState;
  readonly scene?: SceneState;
  readonly command?: JointCommand;
  readonly verdict?: Verdict;
  readonly basis?: Basis;
  /** What the transport took since the tick before; where sending is synchronous, this tick's own command as really sent. */
  readonly sent?: JointCommand;
  readonly notices?: readonly Notice[];
  readonly counters: Counters;
}

/** How much of one limit is used. `used`: 0 far from it, 1 at it, beyond it more. `of`: which joint, wall or pair is nearest to it. SI. */
export interface Margin {
  readonly name: string;
  readonly of?: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
  readonly used: number;
}
