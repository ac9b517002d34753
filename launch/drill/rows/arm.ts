import type { MonoTypeOperatorFunction } from "rxjs";
import { claims, collided, displaced, notANumber, pushed, strained } from "../../../sim/faults/arm.ts";
import type { ArmState, ArmStatus, Limits } from "../../../src/domain/arm.ts";
import type { Tick } from "../../../src/domain/control.ts";
import type { Mode } from "../../../src/domain/mode.ts";
import { rad, seconds } from "../../../src/domain/units.ts";
import { atRest, inMotion, openBench } from "../bench.ts";
import type { Bench } from "../bench.ts";
import { startOf } from "../world.ts";
import { freed, latches, revive, stopsInTick, ticksTo, worded } from "../reactions.ts";
import { that } from "../row.ts";
import type { DrillContext, Seen, Trial } from "../row.ts";

/** The last joint: turning it moves nothing but the tool about its own axis. */
const WRIST = 6;
const counted = (run: Trial["run"]): Trial => ({ boundMs: 10, harmless: false, lockstep: true, run });

/** What the arm itself reports or suffers. */
export const arm: Readonly<Record<string, Trial>> = {
  A1: counted((context) =>
    inMotion(context, {}, async (bench) => {
      const { force, torque } = bench.limits.wrench;
      const { effort } = bench.limits.joints[WRIST]!;
      return stopEach(bench, [
        ["its own collision flag", "collision", collided(), ({ state }) => state?.collision === true],
        ["effort over its limit", "effort", strained(WRIST, 1.1 * effort), ({ state }) => state!.effort[WRIST]! > effort],
        [
          "force over its limit",
          "wrench",
          pushed([1.1 * force, 0, 0, 0, 0, 0]),
          ({ state }) => (state?.wrench?.[0] ?? 0) > force,
        ],
        [
          "torque over its limit",
          "wrench",
          pushed([0, 0, 0, 0, 0, 1.1 * torque]),
          ({ state }) => (state?.wrench?.[5] ?? 0) > torque,
        ],
      ]);
    }),
  ),
  A2: counted(outsideEnvelope),
  A3: counted((context) =>
    inMotion(context, {}, async (bench) => {
      const before = bench.controller.state()!.position[WRIST]!;
      const off = 1.25 * bench.limits.trackingError;
      const jumped: Known = ({ state }) => Math.abs(state!.position[WRIST]! - before) > 0.9 * off;
      return stopEach(bench, [["not where it was sent", "tracking", displaced(WRIST, off), jumped]]);
    }),
  ),
  A4: { ...counted((context) => inMotion(context, {}, heeded)), harmless: true },
  A5: counted(async (context) => [
    ...(await inMotion(context, {}, (bench) =>
      stopEach(
        bench,
        (["position", "velocity", "effort"] as const).map((what) => [
          `NaN ${what}`,
          "not-finite",
          notANumber(what, WRIST),
          ({ state }) => !state![what].every(Number.isFinite),
        ]),
      ),
    )),
    ...(await brokenPhysics(context)),
  ]),
};

type Known = (tick: Tick) => boolean;
type Injection = readonly [why: string, cause: string, fault: MonoTypeOperatorFunction<ArmState>, known: Known];

/** One after the other, each out of full motion; after the last the stop must stand. */
async function stopEach(bench: Bench, injections: readonly Injection[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const [k, [why, cause, fault, known]] of injections.entries()) {
    if (k > 0 && bench.controller.mode().is === "stopped") await revive(bench);
    const at = await bench.inject(() => bench.states.inject(fault));
    seen.push(await stopsInTick(bench, at, why, cause, known));
  }
  return [...seen, await latches(bench)];
}

/** rad: a wrist turned out of its envelope stands so far outside. */
const OUT = 0.05;
/** rad/s: what counts as slow on the way back. */
const SLOW = 0.25;

async function outsideEnvelope(context: DrillContext): Promise<Seen[]> {
  const seen = await inMotion(context, {}, async (bench) => {
    const { controller, limits } = bench;
    const border = limits.joints[WRIST]!.upper;
    const wrist = () => controller.state()!.position[WRIST]!;
    const isOut: Known = ({ state }) => state!.position[WRIST]! > border;
    const by = border + OUT - wrist();
    const at = await bench.inject(() => bench.states.inject(displaced(WRIST, by)));
    const stopped = await stopsInTick(bench, at, "pushed out", "joint.envelope", isOut);
    await bench.beats(5);
    bench.drive(undefined);
    await freed(bench);
    const policy = refused(() => controller.start()) && !controller.event({ on: "start-reset" });
    const away = await byHand(bench, wrist() + 0.3);
    const back = await byHand(bench, border - 0.1);
    const inside = wrist() < border;
    return [
      stopped,
      that("the policy may not start there", policy, worded(controller.mode())),
      that("by hand not further out", away.outward === 0, `${away.outward} commands led out`),
      that(
        "by hand back inside, slowly",
        inside && back.outward === 0 && back.fastest > 0 && back.fastest <= SLOW,
        `${inside ? "inside" : "still outside"}, ${back.fastest.toFixed(2)} rad/s, ${worded(controller.mode())}`,
      ),
    ];
  });
  return [...seen, await startsOutside(context)];
}

/** A person drives the wrist toward `goal` for a while; how fast it was sent, and how often away from its envelope while outside. */
async function byHand(bench: Bench, goal: number): Promise<{ outward: number; fastest: number }> {
  const { controller, limits } = bench;
  const border = limits.joints[WRIST]!.upper;
  const from = bench.clock.now();
  if (controller.mode().is === "idle") controller.startManual();
  const q = () => controller.state()!.position.map((x, i) => (i === WRIST ? goal : x));
  bench.drive(() => ({ kind: "posture", q: q() }));
  await bench.until(() => controller.state()!.position[WRIST]! < border - 0.02 || bench.clock.now() - from > 1.5, 2);
  bench.drive(undefined);
  await bench.beats(30);
  const sent = bench.ticks.filter(({ at, state, sent: left }) => at >= from && left && state!.position[WRIST]! > border);
  const rates = sent.map(({ sent: left }) => left!.value[WRIST]!);
  return { outward: rates.filter((w) => w > 1e-6).length, fastest: Math.max(0, ...rates.map(Math.abs)) };
}

const refused = (act: () => void) => {
  try {
    act();
    return false;
  } catch {
    return true;
  }
};

/** Switched on where its limits do not let it be. */
const startsOutside = (context: DrillContext): Promise<Seen> => {
  const narrow = (limits: Limits): Limits => ({
    ...limits,
    joints: limits.joints.map((joint, i) => (i === WRIST ? { ...joint, upper: rad(startOf(limits)[i]! - OUT) } : joint)),
  });
  return atRest(context, { limits: narrow }, (bench) =>
    stopsInTick(bench, seconds(0), "found outside", "joint.envelope", ({ mode }) => mode.is !== "offline"),
  );
};

/** The mode follows the arm's word in the next tick, and nobody but a person switches motors on again. */
async function heeded(bench: Bench): Promise<Seen[]> {
  const { controller } = bench;
  const seen: Seen[] = [];
  const words: readonly (readonly [what: string, says: Partial<ArmStatus>, wanted: string, follows: (mode: Mode) => boolean])[] =
    [
      ["disabled", { enabled: false, ready: false }, "disabled", ({ is }) => is === "disabled"],
      ["not homed", { homed: false }, "disabled", ({ is }) => is === "disabled"],
      ["cuff squeezed", { cuff: true }, 'holding "arm.cuff"', (mode) => mode.is === "holding" && mode.cause === "arm.cuff"],
      ["stopped", { stopped: true, enabled: false }, 'stopped "arm.stopped"', (mode) => mode.is === "stopped"],
    ];
  for (const [what, says, wanted, follows] of words) {
    const at = await bench.inject(() => bench.statuses.inject(claims(says)));
    seen.push(
      await ticksTo(
        bench,
        at,
        `${what}: ${wanted}`,
        () => true,
        ({ mode }) => follows(mode),
        1,
      ),
    );
    bench.statuses.clear();
    await bench.beats(20);
    const { is } = controller.mode();
    seen.push(
      that(`${what}, then well again: nothing drives`, is !== "running" && bench.enables() === 0, worded(controller.mode())),
    );
    if (is === "holding") controller.event({ on: "finish" });
    if (is !== "stopped") controller.start();
    await bench.beats(20);
  }
  return seen;
}

/** The embedded arm's own physics fail; only where this process holds them can a drill do that. */
async function brokenPhysics(context: DrillContext): Promise<Seen[]> {
  const bench = await openBench({ ...context, time: "lockstep" });
  try {
    bench.controller.start();
    await bench.beats(5);
    bench.poison!();
    const at = bench.clock.now();
    await bench.beats(1).catch(() => {}); // the twin ends with its physics, and time with it
    const mode = bench.modes.findLast((seen) => seen.at >= at)?.mode;
    return [that('broken physics: stopped "physics.invalid" or "link.lost"', mode?.is === "stopped", mode && worded(mode))];
  } finally {
    await bench.close();
  }
}
