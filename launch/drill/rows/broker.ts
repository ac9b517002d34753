import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openRunTelemetry, type RunTelemetry } from "../../telemetryOfRun.ts";
import { inMotion, type Bench } from "../bench.ts";
import { armLogin, broker, ROBOT, SITE, type Broker } from "../broker.ts";
import { openFleet, type Answered, type Fleet } from "../fleet.ts";
import { worded } from "../reactions.ts";
import { pending, that } from "../row.ts";
import type { DrillContext, Pending, Seen, Trial } from "../row.ts";
import { seen } from "../subject.ts";

const trial = (run: Trial["run"]): Trial => ({ boundMs: null, harmless: true, lockstep: false, run });

/** What befalls the line to the fleet. */
export const broker_: Readonly<Record<string, Trial>> = { B1: trial(absent), B2: trial(stale) };

/** s that the broker is away in the middle of a run. */
const AWAY = 10;
/** ms from one episode to the next: far more than an arm ever has. */
const EPISODE = 50;

interface Told {
  readonly telemetry: RunTelemetry;
  readonly lines: readonly string[];
}

/** An arm in motion that tells a fleet of itself, over a broker that is there or not. */
async function told(
  context: DrillContext,
  act: (bench: Bench, broker: Broker, told: Told) => Promise<Seen[]>,
): Promise<readonly Seen[] | Pending> {
  const made = await broker(context.folder);
  if (typeof made === "string") return pending(made);
  try {
    return await inMotion(context, {}, async (bench) => {
      const lines: string[] = [];
      const telemetry = await openRunTelemetry(
        {
          ...armLogin,
          ...{ url: made.url, site: SITE, robot: ROBOT, session: "drill" },
          store: join(context.folder, "telemetry.jsonl"),
        },
        {
          controller: bench.controller,
          clock: bench.clock,
          facts: { arm: "twin", bundle: "none", config: "drill", commit: "drill", joints: [...bench.arm.joints] },
          episodes: () => 0,
          steps: () => 0,
          finish: () => void bench.controller.event({ on: "finish" }),
        },
        (line) => void lines.push(line),
      );
      try {
        return await act(bench, made, { telemetry, lines });
      } finally {
        await telemetry.close();
      }
    });
  } finally {
    await made.close();
  }
}

/**
 * s of driving that a machine which is busy with other things may cost in a trial of many. Waiting for a broker would cost seconds: its
 * time-outs are that long.
 */
const NOISE = 0.2;

/** Time since that was not driven: held, or without a tick. */
const driven = (bench: Bench, since: number, what = "the loop unaffected"): Seen => {
  const { period } = bench.clock;
  const ticks = bench.ticks.filter(({ at }) => at > since);
  const gap = (k: number) => (k > 0 ? ticks[k]!.at - ticks[k - 1]!.at : period);
  const lost = ticks.map(({ mode }, k) => (mode.is === "running" ? Math.max(0, gap(k) - 1.5 * period) : gap(k)));
  const total = lost.reduce((sum, s) => sum + s, 0);
  const held = ticks.find(({ mode }) => mode.is !== "running");
  const told = `${Math.round(1000 * total)} ms of ${(ticks.length * period).toFixed(0)} s not driven`;
  return that(`${what} (${told})`, total <= NOISE, `${told}${held ? `, ${worded(held.mode)}` : ""}`);
};

async function absent(context: DrillContext): Promise<readonly Seen[] | Pending> {
  return told(context, async (bench, broker, { telemetry, lines }) => {
    const since = bench.clock.now();
    let made = 0;
    const telling = setInterval(() => {
      telemetry.begins(made);
      telemetry.ends(
        made++,
        0,
        { task: 0, steps: 1, terminated: false, human: false, observation: new Float32Array(), action: new Float32Array() },
        null,
      );
    }, EPISODE);
    let fleet: Fleet | undefined;
    try {
      await pause(1000);
      const first = made;
      await broker.start();
      fleet = await openFleet(broker);
      const episodes = () => new Set(fleet!.messages.flatMap((m) => (m.channel === "episode" ? [m.episode] : [])));
      await seen(() => (episodes().size > first ? true : undefined), 15);
      const before = episodes().size;
      await pause(context.rng.between(0, 500));
      await broker.kill("SIGKILL");
      await pause(1000 * AWAY);
      await broker.start();
      await seen(() => (episodes().size > before + (500 * AWAY) / EPISODE ? true : undefined), 15);
      clearInterval(telling);
      // What a broker acknowledged and then took to its grave is asked for again, as every reader may.
      const whole = await seen(() => (episodes().size === made ? true : undefined), 5);
      const gaps = fleet.intake.gaps("onarm/v1/lab/arm1/episode", "drill");
      for (const gap of whole ? [] : gaps) await fleet.command("resend", { more: { ...gap } });
      await seen(() => (episodes().size === made ? true : undefined), 5);
      const loop = driven(bench, since);
      const got = fleet.messages.flatMap((m) => (m.channel === "episode" ? [m.episode] : []));
      const { duplicates, malformed } = fleet.intake.counts();
      return [
        loop,
        that(
          `down at the start, killed for ${AWAY} s, back: ${made} summaries, nothing lost`,
          episodes().size === made,
          `${made - episodes().size} lost`,
        ),
        that(
          `nothing twice (${duplicates} came again and were known by their number)`,
          got.length === new Set(got).size && malformed === 0,
          `${got.length - made} twice`,
        ),
        that(
          "told once that it is gone and once that it is back",
          lines.filter((line) => line.includes("is there")).length === 2,
          lines.join(" | "),
        ),
      ];
    } finally {
      clearInterval(telling);
      await fleet?.close();
    }
  });
}

const refused = (what: string, answer: Answered | undefined, reason: string): Seen =>
  that(
    `${what}: refused "${reason}"`,
    answer?.outcome === "refused" && answer.reason === reason,
    JSON.stringify(answer ?? "no answer"),
  );

/** An answer, if it comes in time. */
const within = <T>(answer: Promise<T>, s: number) => Promise.race([answer, pause(1000 * s, undefined, { ref: false })]);

async function stale(context: DrillContext): Promise<readonly Seen[] | Pending> {
  return told(context, async (bench, broker, { telemetry }) => {
    await broker.start();
    const fleet = await openFleet(broker);
    try {
      await seen(() => telemetry.counts()?.connected || undefined, 10);
      const since = bench.clock.now();
      // The broker keeps it for an arm that is away, and delivers it when it is back.
      const pid = telemetry.pid();
      process.kill(pid!, "SIGKILL");
      const late = within(fleet.command("hold", { life: 0.3, more: { lease: "none" } }), 15);
      const old = refused("a hold delivered after a reconnect", (await late) ?? undefined, "expired");
      const leaseless = await within(fleet.command("hold", { more: { lease: "none" } }), 5);
      const { lease } = (await within(fleet.command("lease", { more: { seconds: 30 } }), 5)) ?? {};
      const again = await within(fleet.command("hold", { seq: 1, more: { lease } }), 5);
      const before = driven(bench, since, "the arm goes on meanwhile");
      const fresh = await within(fleet.command("hold", { more: { lease } }), 5);
      const held = bench.controller.mode();
      const resumed = await within(fleet.command("resume", { more: { lease } }), 5);
      const went = bench.controller.mode();
      return [
        old,
        refused("a hold without a lease", leaseless ?? undefined, "lease"),
        refused("a hold with an old number", again ?? undefined, "sequence"),
        before,
        that(
          "a fresh one with a lease holds",
          fresh?.outcome === "accepted" && held.is === "holding",
          `${JSON.stringify(fresh)}, ${worded(held)}`,
        ),
        that(
          "and one lets it go on",
          resumed?.outcome === "accepted" && went.is === "running",
          `${JSON.stringify(resumed)}, ${worded(went)}`,
        ),
      ];
    } finally {
      await fleet.close();
    }
  });
}
