import type { ArmState, Limits, SentCommand } from "../domain/arm.ts";
import type { Seconds } from "../domain/units.ts";
import { tracked, tracking, worstOf } from "../safety/tracking.ts";

/** rad/s: slower commands tell nothing of whether they arrive. s: commands for so long without an echo, and the link is one-way. */
const TELLING = 0.05;
const ONE_WAY = 0.3;

/**
 * Watches whether the arm does what it is sent, once a beat: that its echo (`ArmState.heard`, where it has one) keeps up, and that its joints
 * go where velocities send them. Answers with the cause of a stop. Position set-points are the governor's: it sees both ends of them.
 */
export function following(limits: Limits, joints: number, period: Seconds) {
  let error = tracking(joints);
  let sendingSince: Seconds | undefined;

  return (at: Seconds, state: ArmState, sent: SentCommand | undefined): "link.oneway" | "tracking" | undefined => {
    if (sent?.kind !== "velocity") {
      error = tracking(joints);
      sendingSince = undefined;
      return undefined;
    }
    error = tracked(error, sent.value, state.position, period);
    if (!(worstOf(error) <= limits.trackingError)) return "tracking";
    if (!sent.value.some((v) => Math.abs(v) > TELLING)) sendingSince = undefined;
    else sendingSince ??= at;
    const deaf = (since: Seconds | undefined) => since !== undefined && at - since > ONE_WAY;
    return deaf(sendingSince) && deaf(state.heard) ? "link.oneway" : undefined;
  };
}
