import type { Mode, ModeEvent } from "../domain/mode.ts";

/**
 * The next mode, or `undefined` when `event` is refused in `mode`. Pure and total: it never throws and never acts.
 * A stop is taken in every mode and latches: the first cause is kept, and neither a lost link, a returning one nor the arm's own word
 * unlatches it; only `reset` does. A link that comes back finds the arm idle at most: nothing but `start` makes it move again.
 */
export function next(mode: Mode, event: ModeEvent): Mode | undefined {
  if (event.on === "stop") return mode.is === "stopped" ? mode : { is: "stopped", cause: event.cause };
  if (mode.is === "stopped") return afterStop(mode, event);
  if (event.on === "lost") return mode.is === "offline" ? mode : { is: "offline" };
  switch (mode.is) {
    case "offline":
      return event.on === "connected" ? { is: event.enabled ? "idle" : "disabled" } : undefined;
    case "disabled":
      return event.on === "enabled" ? { is: "idle" } : undefined;
    case "idle":
      if (event.on === "start") return { is: "running" };
      if (event.on === "start-reset") return { is: "resetting" };
      if (event.on === "start-manual") return { is: "manual" };
      return event.on === "disabled" ? { is: "disabled" } : undefined;
    case "manual":
      // A person who let go takes hold again by starting anew: nothing resumes by itself.
      return event.on === "hold" ? { is: "idle" } : leaving(event);
    case "running":
    case "resetting":
      if (event.on === "hold") return { is: "holding", cause: event.cause, from: mode.is };
      return leaving(event);
    case "holding":
      if (event.on === "hold") return { ...mode, cause: event.cause };
      if (event.on === "resume") return { is: mode.from };
      return leaving(event);
  }
}

/** Out of a latched stop leads only `reset`; what merely happens to the link or the arm is taken note of without effect. */
const afterStop = (mode: Mode, event: ModeEvent): Mode | undefined => {
  if (event.on === "reset") return { is: "disabled" };
  return event.on === "lost" || event.on === "connected" || event.on === "disabled" ? mode : undefined;
};

const leaving = (event: ModeEvent): Mode | undefined => {
  if (event.on === "finish") return { is: "idle" };
  return event.on === "disabled" ? { is: "disabled" } : undefined;
};
