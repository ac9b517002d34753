import { firstValueFrom, skip } from "rxjs";
import { dawdles, emits, faultyPolicy, hangs, thrashes } from "../../../sim/faults/policy.ts";
import type { Acts, PolicyFault } from "../../../sim/faults/policy.ts";
import { watched } from "../../../src/control/watched.ts";
import type { Seconds } from "../../../src/domain/units.ts";
import { driving } from "../../driving.ts";
import { inMotion } from "../bench.ts";
import type { Bench } from "../bench.ts";
import { circles, drillScene, environmentOf, episode, hitAt } from "../episode.ts";
import { freed, holds, insideLimits, noticed, stops, stopsFor, ticksTo } from "../reactions.ts";
import { inTicks, that, within } from "../row.ts";
import type { DrillContext, Seen, Trial } from "../row.ts";
import { deadBundle } from "./bundle.ts";

/** What chooses actions. */
export const policy: Readonly<Record<string, Trial>> = {
  P1: { boundMs: 10, harmless: true, lockstep: true, run: (context) => inEpisodes(context, notFinite) },
  P2: { boundMs: 10, harmless: true, lockstep: true, run: (context) => inEpisodes(context, tooMuch) },
  P3: { boundMs: 1000, harmless: true, lockstep: true, run: (context) => inEpisodes(context, frozen) },
  P4: { boundMs: 100, harmless: true, lockstep: true, run: (context) => inEpisodes(context, hung) },
};

const inEpisodes = (context: DrillContext, act: (bench: Bench, context: DrillContext) => Promise<Seen[]>) =>
  inMotion(context, { twin: { scene: drillScene } }, (bench) => {
    bench.drive(undefined);
    return act(bench, context);
  });

/** A faulty policy from one step of an episode on; tells when each faulty action was handed over. */
async function afflicted(bench: Bench, fault: PolicyFault, step: number, horizon?: number) {
  const faulty = faultyPolicy(circles);
  const handed: Seconds[] = [];
  const act: Acts = async (observation, t) => {
    const action = await faulty.act(observation, t);
    if (t >= step) handed.push(bench.clock.now());
    return action;
  };
  const ended = await episode(
    bench,
    environmentOf(bench),
    hitAt(act, step, () => faulty.inject(fault)),
    horizon,
  );
  return { handed, ended };
}

async function notFinite(bench: Bench, { rng }: DrillContext): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const x of [NaN, Infinity]) {
    const began = bench.clock.now();
    const { handed, ended } = await afflicted(bench, emits(x), 3 + rng.integer(4));
    const at = handed[0];
    if (at === undefined) return [that("an episode under way", false, ended.error?.message)];
    const held = await ticksTo(
      bench,
      at,
      `${x}: holding "policy.nonfinite"`,
      () => true,
      ({ mode }) => mode.is === "holding" && mode.cause === "policy.nonfinite",
      1,
    );
    const third = await ticksTo(
      bench,
      handed[2] ?? at,
      `${x}: the third in a row stops`,
      () => true,
      stopsFor("policy.nonfinite"),
      1,
    );
    const left = bench.ticks.filter((tick) => tick.at >= began && tick.sent && !tick.sent.value.every(Number.isFinite)).length;
    seen.push(held, third);
    seen.push(that("none of it left", left === 0 && handed.length === 3, `${left} left, ${handed.length} were asked for`));
    await freed(bench);
  }
  return seen;
}

/** From the very tick of the wish on, nothing beyond the limits has left. */
const clamped = (bench: Bench, since: Seconds, what: string): Seen => {
  const { ok, instead } = insideLimits(bench, since);
  return inTicks(`${what}: clamped to the limits`, ok ? 1 : NaN, 1, ok ? undefined : instead);
};

async function tooMuch(bench: Bench, { rng }: DrillContext): Promise<Seen[]> {
  const seen: Seen[] = [];
  const leaps = await afflicted(bench, thrashes, 2 + rng.integer(4), 15);
  const from = leaps.handed[0];
  if (from === undefined) return [that("an episode under way", false, leaps.ended.error?.message)];
  seen.push(clamped(bench, from, "from full ahead to full back"));
  const { handed, ended } = await afflicted(bench, emits(50), 0);
  seen.push(clamped(bench, handed[0]!, "fifty times too much"));
  const { error } = ended;
  const saturated = error?.code === "budget.spent" && error.detail["reason"] === "policy.saturated";
  seen.push(
    that(
      `counted; after ${handed.length} steps beyond the share the episode ends`,
      saturated,
      error?.message ?? "the episode went on to its horizon",
    ),
  );
  return seen;
}

/** The real policy, but for weights that make it answer everything alike. */
async function frozen(bench: Bench, { folder }: DrillContext): Promise<Seen[]> {
  const { clock, controller } = bench;
  const bundle = await deadBundle(folder);
  const over = new AbortController();
  const isFrozen = () => {
    const mode = controller.mode();
    return mode.is === "holding" && mode.cause === "policy.frozen";
  };
  // A person lets go of such a hold; here one who has seen enough, or has waited for it in vain.
  let [held, drove] = [0, 0];
  const hand = clock.beat$.subscribe(() => {
    if (controller.mode().is === "running") drove++;
    if (isFrozen()) held++;
    if (held > 20 || drove > 300) controller.stop("the drill is over");
  });
  const policy = driving({
    controller,
    environment: environmentOf(bench),
    clock,
    seed: 1,
    signal: over.signal,
    plan: () => ({ bundle, scene: 0 }),
    episodes: 1,
  });
  const began = clock.now();
  await policy.done;
  hand.unsubscribe();
  // The episode begins when its reset is over.
  const at = bench.modes.findLast((seen) => seen.at >= began && seen.mode.is === "running")?.at;
  if (at === undefined) return [that("an episode under way", false)];
  return [await holds(bench, at, "policy.frozen", 1000), noticed(bench, at, "policy.frozen", "fault")];
}

/** A policy that does not answer in one step, watched as the product watches it. */
async function stalled(bench: Bench, fault: PolicyFault, after: Acts | undefined) {
  const faulty = faultyPolicy(circles);
  let at: Seconds | undefined;
  const act = watched(
    { act: (observation, t) => faulty.act(observation, t) },
    {
      clock: bench.clock,
      frozen: () => {},
      rebuild: async () => ({ act: after ?? hangs(circles) }),
      failed: () => bench.controller.stop("policy.hung"),
    },
  );
  const hit = () => {
    at = bench.clock.now();
    faulty.inject(fault);
  };
  const ended = await episode(
    bench,
    environmentOf(bench),
    hitAt((o, t) => (t === 6 && faulty.clear(), act(o, t)), 5, hit),
    10,
  );
  return { at: at!, ended };
}

async function hung(bench: Bench): Promise<Seen[]> {
  const { clock, controller } = bench;
  const runsAgain = async (at: Seconds, what: string) => {
    const back = bench.modes.find((seen) => seen.at > at && seen.mode.is === "running");
    return within(what, back ? 1000 * (back.at - at) : NaN, 2000, "it does not drive again");
  };
  const beats = (n: number) => () => firstValueFrom(clock.beat$.pipe(skip(n)));
  const late = await stalled(bench, dawdles(beats(20)), circles);
  const tardy = { ...(await holds(bench, late.at, "policy.late", 100)), what: 'late: holding "policy.late"' };
  const once = await stalled(bench, hangs, circles);
  const first = await holds(bench, once.at, "policy.late", 100);
  const rebuilt = await runsAgain(once.at, "made anew from the same bundle, it drives on");
  const twice = await stalled(bench, hangs, undefined);
  const second = await stops(bench, twice.at, ["policy.hung"], 2000);
  controller.event({ on: "finish" });
  return [
    tardy,
    { ...first, what: 'hung: holding "policy.late"' },
    { ...rebuilt, ok: rebuilt.ok && once.ended.error === undefined },
    { ...second, what: `hung again: ${second.what}` },
  ];
}
