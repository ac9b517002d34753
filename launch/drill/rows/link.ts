import { swallowed } from "../../../sim/faults/arm.ts";
import { duplicated, jittered, late, lossy, reordered, restamped, severed, silent } from "../../../sim/faults/streams.ts";
import { cadence } from "../../../src/control/cadence.ts";
import { seconds } from "../../../src/domain/units.ts";
import type { Seconds } from "../../../src/domain/units.ts";
import type { ArmState } from "../../../src/domain/arm.ts";
import { fastest, inMotion, MOVING } from "../bench.ts";
import type { Bench } from "../bench.ts";
import { becomes, holds, insideLimits, latches, noticed, rests, stops, worded } from "../reactions.ts";
import { inTicks, that } from "../row.ts";
import type { DrillContext, Seen, Trial } from "../row.ts";

/** What befalls joint states, commands, and the link that carries them. */
export const link: Readonly<Record<string, Trial>> = {
  L1: {
    boundMs: 60,
    harmless: true,
    lockstep: true,
    run: (context) =>
      inMotion(context, {}, async (bench) => {
        const at = await bench.inject(() => bench.states.inject(late(seconds(0.08))));
        const held = await holds(bench, at, "state.late", 60);
        await bench.beats(5);
        return [held, noticed(bench, at, "state.late", "warn")];
      }),
  },
  L2: {
    boundMs: 150,
    harmless: true,
    lockstep: true,
    run: (context) =>
      inMotion(context, {}, async (bench) => {
        const at = await bench.inject(() => bench.states.inject(silent()));
        const stopped = await stops(bench, at, ["state.stale"], 150);
        return [stopped, await rests(bench, at), await latches(bench)];
      }),
  },
  L3: {
    boundMs: null,
    harmless: true,
    lockstep: true,
    run: (context) => inMotion(context, {}, disordered),
  },
  L4: {
    boundMs: null,
    harmless: true,
    lockstep: true,
    run: (context) =>
      inMotion(context, {}, async (bench) => {
        const { rng } = context;
        const at = await bench.inject(() =>
          bench.states.inject((state$) => state$.pipe(lossy<ArmState>(0.05, rng), jittered<ArmState>(seconds(0.02), rng))),
        );
        await bench.beats(context.time === "lockstep" ? 1000 : 300);
        const ticks = bench.ticks.filter((tick) => tick.at >= at);
        const held = ticks.filter(({ mode }) => mode.is !== "running");
        const stopped = held.find(({ mode }) => mode.is !== "holding");
        bench.states.clear();
        await bench.beats(20);
        return [
          that(
            "keeps running",
            stopped === undefined && held.length <= HELD_SHARE * ticks.length,
            `${held.length} of ${ticks.length} ticks were not`,
          ),
          that("runs on", bench.controller.mode().is === "running", worded(bench.controller.mode())),
          insideLimits(bench, at),
          shown(bench, at),
        ];
      }),
  },
  L5: {
    boundMs: 500,
    harmless: true,
    lockstep: true,
    run: (context) =>
      inMotion(context, {}, async (bench) => {
        if (!(await bench.until(() => fastest(bench) > MOVING, 2))) return [that("in motion", false)];
        const at = await bench.inject(() => bench.sends.inject(swallowed));
        const stopped = await stops(bench, at, ["link.oneway", "tracking"], 500);
        return [stopped, await rests(bench, at), await latches(bench)];
      }),
  },
  L6: { boundMs: 0, harmless: true, lockstep: true, run: wallStepped },
  L7: {
    boundMs: 200,
    harmless: true,
    lockstep: true,
    run: (context) => (context.time === "lockstep" ? inMotion(context, {}, cut) : inMotion(context, { relayed: true }, killed)),
  },
};

/** The link says that it is lost. */
async function cut(bench: Bench): Promise<Seen[]> {
  const at = await bench.inject(() => bench.states.inject(severed()));
  const stopped = await stops(bench, at, ["link.lost"], 200);
  return [stopped, await rests(bench, at), await latches(bench)];
}

/** The process between arm and controller is killed, and comes back. */
async function killed(bench: Bench): Promise<Seen[]> {
  const { controller } = bench;
  const at = await bench.inject(() => void bench.relay!.kill());
  const what = 'stopped "link.lost"';
  const stopped = await becomes(bench, at, what, (mode) => mode.is === "stopped" && mode.cause === "link.lost", 200);
  const rest = await rests(bench, at);
  await bench.relay!.again();
  const back = bench.clock.now();
  const heard = await bench.until(() => (controller.state()?.at ?? 0) > back, 3);
  await bench.beats(30);
  const left = bench.ticks.filter((tick) => tick.at > back && tick.sent).length;
  const is = worded(controller.mode());
  return [
    stopped,
    rest,
    that("the link is back", heard, "no states come"),
    that(
      "nobody re-enables",
      bench.enables() === 0 && left === 0 && controller.mode().is === "stopped",
      `${is}, ${left} commands left`,
    ),
  ];
}

/** Of the ticks with lost and late states, so many may be held: two lost in a row behind a late one are older than states may be. */
const HELD_SHARE = 0.02;

/** The cadence report of the time before and after tells the two apart by how old states were. */
function shown(bench: Bench, at: Seconds): Seen {
  const [sound, shaken] = [cadence(bench.clock.period), cadence(bench.clock.period)];
  for (const tick of bench.ticks) (tick.at < at ? sound : shaken).tick(tick);
  const [before, after] = [sound.report().stateAgeMs.p99, shaken.report().stateAgeMs.p99];
  return that(
    `cadence report: states up to ${Math.round(after)} ms old`,
    after > before + 10,
    `p99 ${before} ms before, ${after} ms after`,
  );
}

/** One stamp of each wrong kind is dropped, the motion goes on; a flood of them holds. */
async function disordered(bench: Bench): Promise<Seen[]> {
  const seen: Seen[] = [];
  const dropped = () => bench.controller.counters().dropped;
  const faults = [
    ["a duplicate", duplicated<ArmState>()],
    ["one out of order", reordered<ArmState>()],
    ["a stamp that stepped back", restamped<ArmState>(-3600)],
    ["a stamp from the future", restamped<ArmState>(3600)],
  ] as const;
  for (const [what, fault] of faults) {
    const before = dropped();
    await bench.inject(() => bench.states.inject(fault));
    await bench.until(() => dropped() > before, 1);
    bench.states.clear();
    const count = dropped() - before;
    const { mode } = bench.ticks.at(-1)!;
    seen.push(that(`${what} dropped and counted`, count > 0 && mode.is === "running", `${count} counted, ${worded(mode)}`));
  }
  // So that these few do not count as disorder.
  await bench.beats(110);
  const before = dropped();
  const at = await bench.inject(() => bench.states.inject(duplicated()));
  const inDisorder = () =>
    bench.ticks.find((tick) => tick.at >= at && tick.mode.is === "holding" && tick.mode.cause === "state.disorder");
  await bench.until(() => inDisorder() !== undefined, 2);
  const held = inDisorder();
  // The 21st within a second is one too many.
  const excess = held ? held.counters.dropped - before - 20 : NaN;
  return [...seen, { ...inTicks('holding "state.disorder" at one more than 20', excess, 1), ms: NaN }].map(untimed);
}

/** Counted in messages: there is no time to tell. */
const untimed = ({ what, ok, instead }: Seen): Seen => ({ what, ok, ...(instead === undefined ? {} : { instead }) });

/** The same motion with and without the clock stepping in its middle. */
async function wallStepped(context: DrillContext): Promise<readonly Seen[]> {
  const drive = (by: number) =>
    inMotion(context, {}, async (bench) => {
      await bench.beats(20);
      const at = bench.clock.now();
      bench.stepWall(by);
      await bench.beats(100);
      const after = bench.ticks.filter((tick) => tick.at >= at);
      return {
        moved: after.map(({ sent }) => sent?.value.join()).join("\n"),
        others: after.filter(({ mode }) => mode.is !== "running").map(({ mode }) => worded(mode)),
        logged: noticed(bench, at, "clock.jumped"),
        inside: insideLimits(bench, at),
      };
    });
  const steps = [3600, -3600] as const;
  const seen: Seen[] = [];
  // Virtual time repeats a run to the bit: then "nothing" can be taken at its word.
  const reference = context.time === "lockstep" ? (await drive(0)).moved : undefined;
  for (const by of steps) {
    const { moved, others, logged, inside } = await drive(by);
    const way = by > 0 ? "forward" : "back";
    seen.push(
      that(
        `an hour ${way}: nothing moves differently`,
        others.length === 0 && (reference ?? moved) === moved,
        others[0] ?? "other commands left",
      ),
    );
    seen.push(logged, inside);
  }
  return seen;
}
