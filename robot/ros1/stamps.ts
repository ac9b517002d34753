import { seconds } from "../../src/domain/units.ts";
import type { Seconds } from "../../src/domain/units.ts";

/** s a second: two quartz clocks run apart by less. s: the robot's clock was set. s: two states are never nearer. */
const DRIFT = 1e-4;
const SET = 1;
const APART = 1e-6;

/**
 * Puts a robot's stamps on our monotonic clock. Receipt alone would make what waited on the way look fresh: the message with the shortest way so
 * far tells how the clocks differ, and one that took longer is as much older. A robot's clock that is set anew starts this over. A stamp that
 * does not come after the one before gives the same time again, or an older one, which control drops and counts.
 */
export function stampsAt(): (stamp: number, received: Seconds) => Seconds {
  let offset = Infinity;
  let lastStamp = -Infinity;
  let last = -Infinity;
  let lastReceived = -Infinity;
  return (stamp, received) => {
    const now = received - stamp;
    // Not a number, or no clock of the robot's at all: what is known is when it came.
    if (!Number.isFinite(now)) return received;
    const apart = now - offset;
    offset = Math.abs(apart) < SET ? Math.min(now, offset + DRIFT * Math.max(0, received - lastReceived)) : now;
    lastReceived = received;
    const at = stamp + offset;
    const forward = stamp > lastStamp || !(Math.abs(apart) < SET);
    lastStamp = stamp;
    if (!forward) return seconds(at);
    last = Math.min(received, Math.max(at, last + APART));
    return seconds(last);
  };
}
