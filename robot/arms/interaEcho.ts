import type { Seconds } from "../../src/domain/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { VELOCITY_MODE } from "../ros1/messages.ts";
import type { Messages } from "../ros1/messages.ts";

/** The set-points that the robot's own loop follows, beside what it measures. */
export const references = ["/robot/ref_joint_states", "sensor_msgs/JointState"] as const;

type Told = Pick<Messages["intera_core_msgs/JointCommand"], "mode" | "names" | "velocity">;
type Followed = Pick<Messages["sensor_msgs/JointState"], "name" | "velocity">;

/** s for which a set-point may be on its way; rad/s, and share of the fastest joint, by which a reference may differ from it. */
const WAY = 0.25;
const NEAR = 0.01;
const SHARE = 0.1;
/** rad/s: a slower set-point is no proof, for an arm at rest follows nothing as well. */
const TELLING = 0.05;

/**
 * Intera does not say which command it follows, but it tells the references of its loop. A velocity that was sent lately and is found there has
 * been heard. Until that has been seen once, with joints that were to move, nothing is concluded: a robot whose references mean something else
 * has no echo, as before. Emits nothing by itself: `told` at each command, `followed` at each reference; `heard`: when the last one was found, s.
 */
export function interaEcho(clock: Pick<Clock, "now">) {
  const sent: { readonly at: Seconds; readonly by: ReadonlyMap<string, number> }[] = [];
  let proven = false;
  let heard: Seconds | undefined;
  return {
    told({ mode, names, velocity }: Told): void {
      const at = clock.now();
      while (sent.length > 0 && !(at - sent[0]!.at <= WAY)) sent.shift();
      if (mode === VELOCITY_MODE) sent.push({ at, by: new Map(names.map((name, k) => [name, velocity[k] ?? NaN])) });
    },
    followed({ name, velocity }: Followed): void {
      const now = clock.now();
      const found = sent.findLast(({ at, by }) => {
        if (!(now - at <= WAY)) return false;
        const fastest = Math.max(...[...by.values()].map(Math.abs));
        const near = Math.max(NEAR, SHARE * fastest);
        return [...by].every(([joint, speed]) => Math.abs((velocity[name.indexOf(joint)] ?? NaN) - speed) <= near);
      });
      if (!found) return;
      proven ||= [...found.by.values()].some((speed) => Math.abs(speed) > TELLING);
      if (proven) heard = now;
    },
    heard: (): Seconds | undefined => heard,
  };
}
