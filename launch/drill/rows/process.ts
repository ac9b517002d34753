import { mkdtemp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { sparse } from "../../../sim/faults/streams.ts";
import { cadence } from "../../../src/control/cadence.ts";
import type { Tick } from "../../../src/domain/control.ts";
import { summarise } from "../../../src/recording/read.ts";
import { onarm } from "../verbs.ts";
import type { TracePoint } from "../../../sim/twin.ts";
import { monotonic } from "../../../sim/pacedClock.ts";
import { loadLimits } from "../../../src/config/limits.ts";
import { LIMITS_FILE } from "../../sawyer.ts";
import { PERIOD } from "../../../sim/twinOptions.ts";
import { inMotion, MOVING, TIMEOUT } from "../bench.ts";
import { still, ticksTo } from "../reactions.ts";
import { inTicks, that, within } from "../row.ts";
import type { DrillContext, Seen, Trial } from "../row.ts";
import { acting, need, openStage, seen, tapped } from "../subject.ts";
import type { Acting, Stage } from "../subject.ts";

/** What befalls the control process as a process. Judged by the twin's own record. */
export const process_: Readonly<Record<string, Trial>> = {
  H1: { boundMs: 1000 * TIMEOUT, harmless: false, lockstep: false, run: killed },
  H2: { boundMs: 150, harmless: false, lockstep: false, run: stalled },
  H3: { boundMs: 2000, harmless: true, lockstep: false, run: ended },
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

/** The verb that drives an arm, brought to motion and sent `signals`, the second one a little after the first. */
async function run(context: DrillContext, name: string, signals: readonly NodeJS.Signals[]) {
  const stage = await openStage(context);
  const out = join(context.folder, name);
  const started = onarm(["run", "--arm", `sim@${stage.twin.address}`, "--headless", "--seconds", "60", "--json", "--out", out]);
  try {
    const moves = () =>
      stage
        .truth()
        .slice(-10)
        .some(({ dq }) => dq.some((w) => Math.abs(w) > MOVING))
        ? true
        : undefined;
    need(await seen(moves, 30), `onarm run to move: ${started.stderr()}`);
    await pause(context.rng.between(200, 1200));
    let at = monotonic();
    const first = at;
    for (const [k, signal] of signals.entries()) {
      if (k > 0) await pause(SECOND);
      at = monotonic();
      started.kill(signal);
    }
    const { code, err } = await started.ended;
    const gone = monotonic();
    await pause(300);
    const files = (await readdir(out)).filter((file) => file.endsWith(".mcap"));
    const damage = files.length === 1 ? (await summarise(join(out, files[0]!))).damage : undefined;
    return {
      code,
      err,
      ms: 1000 * (gone - at),
      after: stage.truth(first),
      gone,
      whole: files.length === 1 && damage === undefined,
    };
  } finally {
    started.kill("SIGKILL");
    await started.ended;
    await stage.close();
  }
}

/** ms after which a second Ctrl-C is another key press and not the terminal's copy of the first. */
const SECOND = 250;
/** ms in which a process is gone that does nothing more. */
const NOW = 500;

async function ended(context: DrillContext): Promise<Seen[]> {
  const once = await run(context, "once", ["SIGTERM"]);
  const limits = loadLimits(LIMITS_FILE);
  const hardest = Math.max(...limits.joints.map(({ acceleration }) => acceleration));
  const before = once.after.filter(({ t }) => t < once.gone);
  const braking = Math.max(...before.slice(1).flatMap(({ dq }, k) => dq.map((w, i) => Math.abs(w - before[k]!.dq[i]!) / PERIOD)));
  const twice = await run({ ...context, folder: await mkdtemp(join(context.folder, "twice-")) }, "twice", ["SIGINT", "SIGINT"]);
  return [
    within(
      "SIGTERM: exit 0",
      once.code === 0 ? once.ms : NaN,
      2000,
      once.code === 0 ? undefined : `exit ${once.code}: ${once.err.trim()}`,
    ),
    that(
      "decelerates first, and rests",
      before.at(-1)!.dq.every((w) => Math.abs(w) < MOVING) && braking < 3 * hardest && still(once.after.at(-1)!),
      `${braking.toFixed(1)} rad/s2, ${Math.max(...before.at(-1)!.dq.map(Math.abs)).toFixed(3)} rad/s at its end`,
    ),
    that("files closed", once.whole, "no whole recording"),
    within("a second signal: gone", twice.ms, NOW),
  ];
}

async function starved(context: DrillContext): Promise<Seen[]> {
  const loop = await inMotion(context, {}, async (bench) => {
    const at = await bench.inject(() => bench.pulse.inject(sparse(2)));
    const gap = ({ at: now }: Tick) => now - (bench.ticks.findLast((tick) => tick.at < now)?.at ?? now);
    const isLate = (tick: Tick) => gap(tick) > 1.5 * bench.clock.period;
    const isHeld = ({ mode }: Tick) => mode.is === "holding" && mode.cause === "beat.late";
    const held = await ticksTo(bench, at, 'holding "beat.late"', isLate, isHeld, 4);
    const beats = cadence(bench.clock.period);
    for (const tick of bench.ticks.slice(bench.ticks.findLastIndex((tick) => tick.at <= at))) beats.tick(tick);
    const { late } = beats.report();
    // The fourth in a row is one more than three: three periods after the first.
    return [
      inTicks(held.what, held.ticks! - 1, 3, held.instead),
      that(`${late} late periods counted`, late >= 4, `${late} were`),
    ];
  });
  if (context.time === "lockstep") return loop;
  return [...loop, await throttled(context)];
}

/** The same from outside: a control process that gets the processor for a moment every 31 ms, and on a busy machine not even that. */
async function throttled(context: DrillContext): Promise<Seen> {
  const stage = await openStage(context);
  try {
    return await acting(stage, { does: "twist" }, async (actor) => {
      await pause(context.rng.between(200, 700));
      const woken: number[] = [];
      const held = () => actor.said.find((said) => "mode" in said && said.mode.is === "holding");
      for (let k = 0; k < 15 && !held(); k++) {
        await actor.signal("SIGSTOP");
        await pause(25);
        woken.push(monotonic());
        await actor.signal("SIGCONT");
        await pause(6);
      }
      const mode = await seen(held, 1);
      const late = mode && "at" in mode ? woken.filter((at) => at <= mode.at).length : NaN;
      return that(
        `a control process throttled from outside holds (late period ${late})`,
        late > 3,
        "it does not hold, or too soon",
      );
    });
  } finally {
    await stage.close();
  }
}
