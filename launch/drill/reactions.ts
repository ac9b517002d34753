import type { TracePoint } from "../../sim/twin.ts";
import type { Tick } from "../../src/domain/control.ts";
import type { Mode } from "../../src/domain/mode.ts";
import type { Seconds } from "../../src/domain/units.ts";
import type { Bench } from "./bench.ts";
import { inTicks, that, within } from "./row.ts";
import type { Seen } from "./row.ts";

/** s that a drill waits for what may never come. */
const PATIENCE = 3;

export const worded = (mode: Mode) => ("cause" in mode ? `${mode.is} "${mode.cause}"` : mode.is);

const firstMode = ({ modes }: Bench, since: Seconds, wanted: (mode: Mode) => boolean) =>
  modes.find(({ at, mode }) => at >= since && wanted(mode));

/** The mode becomes what is wanted. `what`: in words. */
export async function becomes(
  bench: Bench,
  since: Seconds,
  what: string,
  wanted: (mode: Mode) => boolean,
  boundMs: number,
): Promise<Seen> {
  await bench.until(() => firstMode(bench, since, wanted) !== undefined, PATIENCE);
  const found = firstMode(bench, since, wanted);
  return found
    ? within(what, 1000 * (found.at - since), boundMs)
    : within(what, NaN, boundMs, `the mode is ${worded(bench.controller.mode())}`);
}

export const holds = (bench: Bench, since: Seconds, cause: string, boundMs: number): Promise<Seen> =>
  becomes(bench, since, `holding "${cause}"`, (mode) => mode.is === "holding" && mode.cause === cause, boundMs);

/** A protective stop for one of `causes`: the mode has latched and the arm itself says that it is stopped; the later of the two counts. */
export async function stops(bench: Bench, since: Seconds, causes: readonly string[], boundMs: number): Promise<Seen> {
  const what = `stopped ${causes.map((cause) => `"${cause}"`).join(" or ")}`;
  const latched = () => firstMode(bench, since, ({ is }) => is === "stopped");
  const obeyed = () => bench.said.find(({ at, stopped }) => stopped && at >= since - 0.011);
  await bench.until(() => latched() !== undefined && obeyed() !== undefined, PATIENCE);
  const [mode, arm] = [latched(), obeyed()];
  if (!mode) return within(what, NaN, boundMs, `the mode is ${worded(bench.controller.mode())}`);
  if (!(mode.mode.is === "stopped" && causes.includes(mode.mode.cause)))
    return { ...within(what, 1000 * (mode.at - since), boundMs, `it is ${worded(mode.mode)}`), ok: false };
  if (!arm) return within(`${what}, and the arm itself`, NaN, boundMs, "the arm does not say that it is stopped");
  return within(`stopped "${mode.mode.cause}"`, 1000 * (Math.max(mode.at, arm.at) - since), boundMs);
}

/** Counted from the first tick that could know of the fault up to the one that reacts, both included. */
export async function ticksTo(
  bench: Bench,
  since: Seconds,
  what: string,
  knows: (tick: Tick) => boolean,
  reacts: (tick: Tick) => boolean,
  bound: number,
): Promise<Seen> {
  const found = () => {
    // A tick at that very moment was over when the fault came.
    const after = bench.ticks.filter(({ at }) => at > since);
    const first = after.findIndex(knows);
    const reacted = after.findIndex((tick, k) => k >= first && first >= 0 && reacts(tick));
    return reacted < 0 ? undefined : reacted - first + 1;
  };
  await bench.until(() => found() !== undefined, PATIENCE);
  const ticks = found();
  return ticks === undefined
    ? inTicks(what, NaN, bound, `the mode is ${worded(bench.controller.mode())}`)
    : inTicks(what, ticks, bound);
}

/** The same for a stop; the arm itself must say so too. */
export async function stopsInTick(
  bench: Bench,
  since: Seconds,
  why: string,
  cause: string,
  knows: (tick: Tick) => boolean,
): Promise<Seen> {
  const counted = await ticksTo(bench, since, `${why}: stopped "${cause}"`, knows, stopsFor(cause), 1);
  const obeyed = () => bench.said.at(-1)?.stopped === true;
  await bench.until(obeyed, PATIENCE);
  return counted.ok && !obeyed() ? { ...counted, ok: false, instead: "the arm does not say that it is stopped" } : counted;
}

export const stopsFor =
  (...causes: readonly string[]) =>
  ({ mode }: Tick) =>
    mode.is === "stopped" && causes.includes(mode.cause);

/** rad/s: slower is rest; an arm without power has no brakes at its wrist, which then sinks by its own weight. */
const STILL = 0.01;
const SINKING = 0.1;
export const still = ({ mode, dq }: TracePoint) => dq.every((w) => Math.abs(w) < (mode === "stopped" ? SINKING : STILL));
/** Whether the arm has come to rest by its own record, and when, s after `since`. */
export function restAfter(bench: Bench, since: Seconds): number | undefined {
  const points = bench.truth(since);
  const moving = points.findLastIndex((point) => !still(point));
  return moving === points.length - 1 ? undefined : Math.max(0, points[moving + 1]!.t - since);
}

/** The arm stands still half a second after the reaction, by its own record. */
export async function rests(bench: Bench, since: Seconds): Promise<Seen> {
  await bench.beats(50);
  const rest = restAfter(bench, since);
  return rest === undefined
    ? that("at rest", false, "the arm's own record has it moving still")
    : { what: `at rest after ${Math.round(1000 * rest)} ms`, ok: true };
}

/** Reset and enable, as a person does: each when the arm has answered to the one before. */
export async function freed(bench: Bench): Promise<void> {
  const { controller } = bench;
  await controller.reset();
  const disabled = () => controller.mode().is === "disabled" && controller.state() !== undefined;
  for (let tries = 0; tries < 5 && controller.mode().is !== "idle"; tries++) {
    await bench.until(disabled, 1);
    if (disabled()) await controller.enable();
    await bench.until(() => controller.mode().is === "idle", 1);
  }
  await bench.until(() => controller.state() !== undefined, PATIENCE);
  await bench.beats(5);
}

/** The fault is gone, a person frees the arm, and it moves again: for the next fault of the same row. */
export async function revive(bench: Bench): Promise<void> {
  bench.states.clear();
  bench.statuses.clear();
  await bench.beats(2);
  await freed(bench);
  bench.controller.start();
  await bench.beats(20);
}

/** The fault is gone and nobody has acted: a stop stands, and `start` alone is refused. */
export async function latches(bench: Bench): Promise<Seen> {
  bench.states.clear();
  bench.statuses.clear();
  bench.sends.clear();
  await bench.beats(10);
  const refused = (() => {
    try {
      bench.controller.start();
      return false;
    } catch {
      return true;
    }
  })();
  return that("latched", refused && bench.controller.mode().is === "stopped", `the mode is ${worded(bench.controller.mode())}`);
}

/** s: one word of a kind is said in this time. */
const QUIET = 1;

/** A notice of that kind was given since, or so shortly before that it is not said again. */
export const noticed = (bench: Bench, since: Seconds, code: string, level?: string): Seen => {
  const found = bench.ticks
    .filter(({ at }) => at >= since - QUIET)
    .flatMap(({ notices }) => notices ?? [])
    .some((notice) => notice.code === code && (level === undefined || notice.level === level));
  return that(`told "${code}"`, found, "no such notice");
};

/** What befell somebody else costs the loop nothing: no tick since is not driven, and it drives on. */
export function unaffected(bench: Bench, since: Seconds): Seen[] {
  const lost = bench.ticks.filter(({ at, mode }) => at > since && mode.is !== "running").length;
  const { is } = bench.controller.mode();
  return [
    inTicks("the loop unaffected", lost, 0),
    that("the arm drives on", is === "running" || is === "holding", worded(bench.controller.mode())),
  ];
}

/** Everything that left since keeps speed, acceleration and, where it is judged, jerk. */
export function insideLimits(bench: Bench, since: Seconds): Seen {
  const sent = bench.ticks.filter(({ at, sent }) => at >= since && sent).map((tick) => tick.sent!);
  const { joints } = bench.limits;
  const off = sent.find(({ value, period }, k) =>
    value.some((v, i) => {
      const before = sent[k - 1]?.value[i];
      const most = joints[i]!.acceleration * period * (1 + 1e-6) + 1e-9;
      return !(Math.abs(v) <= joints[i]!.speed * (1 + 1e-9)) || (before !== undefined && !(Math.abs(v - before) <= most));
    }),
  );
  return that(
    `${sent.length} commands inside the limits`,
    off === undefined,
    `[${off?.value.map((v) => v.toFixed(3)).join(", ")}] left`,
  );
}
