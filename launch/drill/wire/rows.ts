import { isTold, says } from "../../../robot/arms/interaTopics.ts";
import type { Seconds } from "../../../src/domain/units.ts";
import { fastest, inMotion, MOVING } from "../bench.ts";
import type { Bench } from "../bench.ts";
import { circles, drillScene, environmentOf, episode, hitAt } from "../episode.ts";
import { holds, latches, rests, stops } from "../reactions.ts";
import { pending, that, within } from "../row.ts";
import type { DrillContext, Row, Run, Seen } from "../row.ts";
import { rows as embedded } from "../rows.ts";
import { hasPackage, missingRos2 } from "../../../robot/ros2/sourced.ts";
import { noMaster } from "./master.ts";
import type { Ailment } from "./robotJob.ts";
import { playedTracker } from "./site.ts";

const STATES = says.jointStates[0];
const COMMANDS = isTold.command[0];

/**
 * The same promise over a wire, with what fails failing on the robot's side of it. Besides what control and the arm say of themselves, the
 * robot's own record of its joints is asked when it stopped.
 */
const silent: Run = (context) =>
  inMotion(context, {}, async (bench) => {
    const at = await bench.inject(() => bench.robot!.tell({ ails: STATES, how: "mute" }));
    const seen = [await stops(bench, at, ["state.stale"], 150), stoppedItself(bench, at, 150), await rests(bench, at)];
    bench.robot!.tell({ well: true });
    return [...seen, await latches(bench)];
  });

const oneWay: Run = (context) =>
  inMotion(context, {}, async (bench) => {
    if (!(await bench.until(() => fastest(bench) > MOVING, 2))) return [that("in motion", false)];
    const at = await bench.inject(() => bench.robot!.tell({ deaf: COMMANDS }));
    const seen = [
      await stops(bench, at, ["link.oneway", "tracking"], 500),
      stoppedItself(bench, at, 500),
      await rests(bench, at),
    ];
    bench.robot!.tell({ well: true });
    return [...seen, await latches(bench)];
  });

/** Nobody lies about the moment: the robot's own record, on the clock that all processes of a machine share. */
function stoppedItself(bench: Bench, since: Seconds, boundMs: number): Seen {
  const found = bench.truth(since).find(({ mode }) => mode === "stopped");
  return within("stopped by the robot's own record", found ? 1000 * (found.t - since) : NaN, boundMs);
}

const blinded: readonly (readonly [Ailment, string])[] = [
  ["late", "scene.stale"],
  ["mute", "scene.stale"],
  ["jumped", "scene.implausible"],
];

const unseen: Run = (context) =>
  inMotion(context, { twin: { scene: drillScene } }, async (bench) => {
    bench.drive(undefined);
    const tracker = playedTracker().topic;
    const seen: Seen[] = [];
    for (const [how, cause] of blinded) {
      let at: Seconds | undefined;
      const hit = () => {
        at = bench.clock.now();
        bench.robot!.tell({ ails: tracker, how });
      };
      const ended = await episode(bench, environmentOf(bench), hitAt(circles, 3 + context.rng.integer(4), hit));
      bench.robot!.tell({ well: true });
      await bench.beats(60);
      if (at === undefined) return [...seen, that(`${how}: an episode under way`, false, ended.error?.message)];
      const held = await holds(bench, at, cause, 200);
      const over = within(`${how}: the episode ends`, 1000 * (ended.at - at), 1000, ended.error?.message);
      seen.push({ ...held, what: `${how}: ${held.what}` }, { ...over, ok: over.ok && ended.error?.code === "scene.stale" });
    }
    return seen;
  });

const overWire: Readonly<Record<string, Run>> = { L2: silent, L5: oneWay, C1: unseen };
/** Processes to be killed: the rows are the embedded arm's own, on another stage. */
const asEmbedded: ReadonlySet<string> = new Set(["L7", "H1"]);

const noRos2 = (): string | undefined =>
  missingRos2(process.env) ??
  (hasPackage("intera_core_msgs", process.env)
    ? undefined
    : "a ROS 2 is sourced, but not intera_core_msgs: build robot/interfaces with colcon and source it");

/** Why a row cannot be tried over a wire; undefined where it can. */
const why = (wire: NonNullable<DrillContext["wire"]>, id: string): string | undefined => {
  if (wire === "intera-ros1") return noMaster();
  return (
    noRos2() ??
    (id === "L7" ? "on ROS 2 no process stands between that could die; a bridge that dies is silence, which is L2" : undefined)
  );
};

/** The rows that are tried over a wire. */
export const wireRows = (wire: NonNullable<DrillContext["wire"]>): readonly Row[] =>
  embedded
    .filter(({ id }) => id in overWire || asEmbedded.has(id))
    .map((row) => {
      const lacks = why(wire, row.id);
      const run = overWire[row.id] ?? row.run;
      return { ...row, lockstep: false, run: lacks === undefined ? run : () => Promise.resolve(pending(lacks)) };
    });
