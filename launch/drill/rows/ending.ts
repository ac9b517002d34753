import { mkdtemp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { sparse } from "../../../sim/faults/streams.ts";
import { monotonic } from "../../../sim/pacedClock.ts";
import { PERIOD } from "../../../sim/twinOptions.ts";
import { loadLimits } from "../../../src/config/limits.ts";
import { cadence } from "../../../src/control/cadence.ts";
import type { Tick } from "../../../src/domain/control.ts";
import { summarise } from "../../../src/recording/read.ts";
import { LIMITS_FILE } from "../../sawyer.ts";
import { inMotion, MOVING } from "../bench.ts";
import { still, ticksTo } from "../reactions.ts";
import { inTicks, that, within } from "../row.ts";
import type { DrillContext, Seen } from "../row.ts";
import { acting, need, openStage, seen } from "../subject.ts";
import { onarm } from "../verbs.ts";

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

/** A verb that drives is asked to end, once and twice. */
export async function asked(context: DrillContext): Promise<Seen[]> {
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

/** Beats come too rarely, in virtual or in wall time. */
export async function starved(context: DrillContext): Promise<Seen[]> {
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

/** The same from outside: a control process that gets the processor for a moment every 28 ms, and on a busy machine not even that. */
async function throttled(context: DrillContext): Promise<Seen> {
  const stage = await openStage(context);
  try {
    return await acting(stage, { does: "twist" }, async (actor) => {
      await pause(context.rng.between(200, 700));
      const woken: number[] = [];
      const held = () => actor.said.find((said) => "mode" in said && said.mode.is === "holding");
      for (let k = 0; k < 40 && !held(); k++) {
        await actor.signal("SIGSTOP");
        await pause(25);
        woken.push(monotonic());
        await actor.signal("SIGCONT");
        await pause(3);
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
