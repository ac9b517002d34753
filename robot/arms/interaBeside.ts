import type { Subscription } from "rxjs";
import type { ArmState } from "../../src/domain/arm.ts";
import type { Seconds } from "../../src/domain/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Messages } from "../ros1/messages.ts";
import { interaEcho } from "./interaEcho.ts";
import type { InteraTopics } from "./interaTopics.ts";

/** s: what is older belongs to another moment than the joints do. */
const FRESH = 0.1;

type Beside = Pick<ArmState, "tip" | "wrench" | "collision" | "heard">;

/** Tip and wrench of an endpoint state. Neither where the robot calls it invalid, or its orientation is none: an endpoint of zeros is what a robot without its kinematics says. */
export function endpointOf({ pose, wrench: { force: f, torque: t }, valid }: Messages["intera_core_msgs/EndpointState"]): Beside {
  const { position: p, orientation: q } = pose;
  const unit = Math.abs(Math.hypot(q.x, q.y, q.z, q.w) - 1) < 1e-3;
  const numbers = [p.x, p.y, p.z, f.x, f.y, f.z, t.x, t.y, t.z].every(Number.isFinite);
  return valid && unit && numbers ? { tip: [p.x, p.y, p.z], wrench: [f.x, f.y, f.z, t.x, t.y, t.z] } : {};
}

/** What the robot says of the same moment on other topics: the newest of each, unless it is old. */
export function besideOf(
  robot: Pick<InteraTopics, "endpoint" | "collision" | "references" | "told$">,
  clock: Pick<Clock, "now">,
  guards: Subscription,
): () => Beside {
  const newest: { at: Seconds; beside: Beside }[] = [];
  const keep = (k: number, beside: Beside) => (newest[k] = { at: clock.now(), beside });
  guards.add(robot.endpoint.message$.subscribe((message) => keep(0, endpointOf(message))));
  guards.add(robot.collision.message$.subscribe(({ collision_state: collision }) => keep(1, { collision })));
  const echo = interaEcho(clock);
  guards.add(robot.told$.subscribe(echo.told));
  guards.add(robot.references.message$.subscribe(echo.followed));
  return () => {
    const now = clock.now();
    const heard = echo.heard();
    return Object.assign(
      heard === undefined ? {} : { heard },
      ...newest.map((it) => (now - it.at <= FRESH ? it.beside : {})),
    ) as Beside;
  };
}
