import { setTimeout as pause } from "node:timers/promises";
import { monotonic } from "../../../sim/pacedClock.ts";
import type { TracePoint } from "../../../sim/twin.ts";
import { PERIOD } from "../../../sim/twinOptions.ts";
import { loadLimits } from "../../../src/config/limits.ts";
import { LIMITS_FILE } from "../../sawyer.ts";
import { still } from "../reactions.ts";
import { that, within } from "../row.ts";
import type { DrillContext, Seen, Trial } from "../row.ts";
import { acting, openStage, seen, tapped } from "../subject.ts";
import type { Acting, Stage } from "../subject.ts";
import { TIMEOUT } from "../world.ts";
import { asked, starved } from "./ending.ts";

/** What befalls the control process as a process. Judged by the twin's own record. */
export const process_: Readonly<Record<string, Trial>> = {
  H1: { boundMs: 1000 * TIMEOUT, harmless: false, lockstep: false, run: killed },
  H2: { boundMs: 150, harmless: false, lockstep: false, run: stalled },
  H3: { boundMs: 2000, harmless: true, lockstep: false, run: asked },
  H4: { boundMs: 30, harmless: true, lockstep: true, run: starved },
};

/** How far each joint went from the moment the last command was heard. */
const travelled = (points: readonly TracePoint[]) =>
  points[0]!.q.map((q, i) => Math.max(...points.map((point) => Math.abs(point.q[i]! - q))));

/** A record tells of the period that ends at its stamp; what the arm decided, it decided as the period began. */
const decided = ({ t }: TracePoint) => t - PERIOD;

/** Kills a control process at some moment of its motion, and tells what the arm did from the last command it heard. */
const hit = (context: DrillContext, stage: Stage, does: Acting["does"]) =>
  acting(stage, { does }, async (actor) => {
    await pause(context.rng.between(0, 800));
    const gone = actor.signal("SIGKILL");
    const killed = monotonic();
    await gone;
    const resting = () => {
      const points = stage.truth(killed + 0.15);
      return points.length > 20 && points.slice(-20).every(still) ? points : undefined;
    };
    await seen(resting, 2);
    const points = stage.truth();
    const { heard } = points.at(-1)!;
    // What was on its way already still counts as a command.
    return { at: Math.max(killed, heard), after: points.filter(({ t }) => t >= heard) };
  });

async function killed(context: DrillContext): Promise<Seen[]> {
  const limits = loadLimits(LIMITS_FILE);
  const stage = await openStage(context);
  try {
    const velocity = await hit(context, stage, "twist");
    const speed = velocity.after[0]!.dq.map(Math.abs);
    const driven = velocity.after.find(({ mode }) => mode !== "velocity");
    const moving = velocity.after.findLastIndex((point) => !still(point));
    const rest = velocity.after[moving + 1];
    const over = Math.max(...travelled(velocity.after).map((way, i) => way - speed[i]! * TIMEOUT));

    const position = await hit(context, stage, "positions");
    const most = limits.trackingError + 0.05 * Math.max(...limits.joints.map((joint) => joint.speed));
    const way = Math.max(...travelled(position.after));
    return [
      within("velocity mode: driven no longer", driven ? 1000 * (decided(driven) - velocity.at) : NaN, 1000 * TIMEOUT),
      that(
        `at rest ${rest ? Math.round(1000 * (rest.t - velocity.at)) : "-"} ms after the kill`,
        rest !== undefined,
        "it still moves",
      ),
      that(`travel within speed x time-out (${over.toFixed(4)} rad)`, over <= COAST, "further"),
      that(
        `position mode: travel ${way.toFixed(3)} rad, at rest`,
        way <= most && still(position.after.at(-1)!),
        `more than ${most.toFixed(3)} rad, or not at rest`,
      ),
    ];
  } finally {
    await stage.close();
  }
}

/** rad: what a servo coasts after its set-point has gone. */
const COAST = 0.01;
/** ms of the stall; s that a command may be under way when it begins. */
const STALL = 300;
const UNDER_WAY = 0.02;

async function stalled(context: DrillContext): Promise<Seen[]> {
  const stage = await openStage(context);
  const tap = await tapped(stage.twin.address);
  try {
    const alone = await acting(stage, { does: "twist", through: tap.address }, async (actor) => {
      await pause(300 + context.rng.between(0, 500));
      await actor.signal("SIGSTOP");
      const at = monotonic();
      await pause(STALL);
      const again = monotonic();
      await actor.signal("SIGCONT");
      await pause(300);
      const points = stage.truth(at);
      const idle = points.find(({ mode }) => mode !== "velocity");
      // What was on its way already still counts as a command.
      const last = tap.passed.findLast((passed) => passed.at < at + UNDER_WAY)?.at ?? at;
      return { at: Math.max(at, last), again, idle, left: tap.passed.filter((passed) => passed.at > at + UNDER_WAY) };
    });
    const watched = await acting(stage, { does: "twist", watched: true }, async (actor) => {
      await pause(300 + context.rng.between(0, 500));
      const at = monotonic();
      await actor.signal("SIGSTOP");
      await pause(STALL);
      await actor.signal("SIGCONT");
      await pause(300);
      const points = stage.truth(at);
      const stopped = points.find(({ mode }) => mode === "stopped");
      const heard = Math.max(...points.map((point) => point.heard));
      const mode = actor.said.findLast((said) => "mode" in said);
      return { at, stopped, heard, mode: mode && "mode" in mode ? mode.mode : undefined };
    });
    const during = alone.left.filter(({ at }) => at < alone.again);
    const old = alone.left.filter(({ at, sent }) => at >= alone.again && at - sent > 0.05);
    const burst = alone.left.filter(({ at }) => at >= alone.again && at < alone.again + 0.015);
    return [
      within("the arm's own time-out rests it", alone.idle ? 1000 * (decided(alone.idle) - alone.at) : NaN, 100),
      within("the watchdog stops it", watched.stopped ? 1000 * (watched.stopped.t - watched.at) : NaN, 150),
      that(
        "nothing leaves while it is stalled",
        during.length === 0 && watched.heard < watched.at + UNDER_WAY,
        `${during.length} commands left`,
      ),
      that("no backlog afterwards", old.length === 0 && burst.length <= 3, `${old.length} old ones, ${burst.length} at once`),
      that("control finds itself stopped", watched.mode?.is === "stopped", JSON.stringify(watched.mode)),
    ];
  } finally {
    tap.close();
    await stage.close();
  }
}
