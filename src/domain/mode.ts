/**
 * Who is in control of the arm. Stops latch: out of `stopped` lead only `reset`, then `enable`, then `start`, each a deliberate act.
 * offline: no arm state yet · disabled: the arm is there, motors off · idle: enabled, holding · running: the policy drives ·
 * resetting: a scripted reset drives · manual: a person drives, and only while they hold on; also the way back inside after being pushed out · holding: decelerating or held, work may resume · stopped: protective stop, latched.
 */
export type Mode =
  | { readonly is: "offline" }
  | { readonly is: "disabled" }
  | { readonly is: "idle" }
  | { readonly is: "running" }
  | { readonly is: "resetting" }
  | { readonly is: "manual" }
  | { readonly is: "holding"; readonly cause: string; readonly from: "running" | "resetting" }
  | { readonly is: "stopped"; readonly cause: string };

export type ModeEvent =
  | { readonly on: "connected"; readonly enabled: boolean }
  | { readonly on: "lost" }
  | { readonly on: "stop"; readonly cause: string }
  | { readonly on: "reset" }
  | { readonly on: "enabled" }
  | { readonly on: "disabled" }
  | { readonly on: "start" }
  | { readonly on: "start-reset" }
  | { readonly on: "start-manual" }
  | { readonly on: "hold"; readonly cause: string }
  | { readonly on: "resume" }
  | { readonly on: "finish" };
