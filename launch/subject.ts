import process from "node:process";
import { distinctUntilChanged } from "rxjs";
import { sawyer } from "../robot/description/sawyer.ts";
import { connectTwin } from "../sim/pacedTwin.ts";
import type { PacedTwin } from "../sim/pacedTwin.ts";
import { loadLimits } from "../src/config/limits.ts";
import { GONE } from "../src/control/supervisor.ts";
import { createController } from "../src/control/controller.ts";
import type { ArmState, JointCommand } from "../src/domain/arm.ts";
import type { Intent } from "../src/domain/control.ts";
import type { Mode } from "../src/domain/mode.ts";
import { seconds } from "../src/domain/units.ts";
import type { Vec3 } from "../src/domain/units.ts";
import { governor } from "../src/safety/governor.ts";
import { openArmAt } from "./interaArm.ts";
import { prioritise } from "./priority.ts";
import { LIMITS_FILE } from "./sawyer.ts";
import type { SubjectJob } from "./subjectJob.ts";
import { openWatchdog } from "./watchdog.ts";
import type { Watchdog } from "./watchdog.ts";

/**
 * Control reduced to what a fault is tried on: the whole loop, or governed position set-points, with movements nobody learned. A process of its
 * own, to be killed and stalled. argv: a SubjectJob as JSON. stdout: a line of JSON for every SubjectSaid.
 */
const job = JSON.parse(process.argv[2]!) as SubjectJob;
const limits = loadLimits(LIMITS_FILE);
type Driven = Pick<PacedTwin, "arm" | "clock">;
const say = (said: object) => process.stdout.write(JSON.stringify(said) + "\n");

/** The wave everything here moves by, -1..1, after `t` s of moving. */
const wave = (t: number, phase = 0) => Math.sin(2 * Math.PI * (0.4 * t + phase));
/** m/s and rad, rad/s: well inside the shipped limits, where the set-points do not touch their borders. */
const TWIST: Vec3 = [0.1, 0.12, 0.08];
const SWING = 0.25;
const JOINT_SPEED = 0.3;
/** A joint moves and says so to whoever waits to hit it, rad/s. */
const MOVING = 0.05;
/** A position set-point lies so far ahead in time, s: the lag at which the arm's own position loop moves as fast as it is meant to. */
const AHEAD = seconds(0.05);

function announce({ arm }: Driven): void {
  let told = false;
  arm.state$.subscribe({
    next: ({ at, velocity }) => {
      if (told || !velocity.some((v) => Math.abs(v) > MOVING)) return;
      told = true;
      say({ moving: true, at });
    },
    error: () => {},
  });
}

/** Moves by the control loop. Returns how to let go in order. */
async function loop(twin: Driven, watchdog: Watchdog | undefined) {
  const { arm, clock } = twin;
  const wanted = (t: number, start: readonly number[]): Intent =>
    job.does === "twist"
      ? { kind: "twist", linear: TWIST.map((v, i) => v * wave(t, i / 3)) as [number, number, number] }
      : { kind: "posture", q: start.map((q) => q + (Math.floor(t) % 2 === 0 ? SWING : -SWING)) };
  const driving = ({ is }: Mode) => is === "running" || is === "resetting" || is === "manual" || is === "holding";

  const controller = createController({ arm, clock, description: sawyer, limits });
  controller.mode$.pipe(distinctUntilChanged()).subscribe((mode) => say({ mode, at: clock.now() }));
  clock.beat$.subscribe((at) => watchdog?.beat(at, driving(controller.mode())));
  watchdog?.event$.subscribe((event) => {
    say({ watchdog: event, at: clock.now() });
    controller.stop(event.cause);
  });
  watchdog?.stop$.subscribe(({ is }) => void (is !== "released" && controller.stop(`stop.${is}`)));

  await clock.run(() => controller.mode().is !== "offline");
  if (job.attended) {
    // Whoever set this up stands beside the arm and has cleared what was before.
    if (controller.mode().is === "stopped") await controller.reset();
    if (controller.mode().is === "disabled") await controller.enable();
  }
  if (job.does === "rest") return () => controller.close();
  const start = controller.state()!.position;
  const begun = clock.now();
  controller.start();
  clock.beat$.subscribe((at) => controller.setIntent(wanted(at - begun, start)));
  return () => controller.close();
}

/** Moves by position set-points that the governor lets through, which an arm goes on to whether or not we live. */
async function positions({ arm, clock }: Driven, watchdog: Watchdog | undefined) {
  const judge = governor(sawyer, limits);
  let state: ArmState | undefined;
  let before: JointCommand | undefined;
  let stopped: string | undefined;
  const stop = (cause: string) => {
    if (stopped !== undefined) return;
    stopped = cause;
    say({ mode: { is: "stopped", cause }, at: clock.now() });
    void arm.halt().catch(() => {});
  };
  arm.state$.subscribe({ next: (it) => (state = it), error: () => stop("link.lost") });
  arm.status$.subscribe({ next: (it) => it.stopped && stop("arm.stopped"), error: () => {} });
  watchdog?.event$.subscribe(({ cause }) => stop(cause));
  await clock.run(() => state !== undefined);
  const begun = clock.now();
  say({ mode: { is: "running" }, at: begun });
  const beats = clock.beat$.subscribe((at) => {
    watchdog?.beat(at, stopped === undefined);
    if (stopped !== undefined) return;
    const value = state!.position.map((q, i) => q + AHEAD * JOINT_SPEED * wave(at - begun, i / 7));
    const verdict = judge(at, state!, { kind: "position", value, period: AHEAD }, before);
    // One late state is no reason to stop an arm that goes on to its last set-point by itself; as in the control loop, a lasting one is.
    if (verdict.kind === "stop")
      return verdict.reason === "state.stale" && at - state!.at <= GONE ? undefined : stop(verdict.reason);
    before = verdict.command;
    arm.send(verdict.command).subscribe({ error: ({ code }: { code: string }) => stop(code) });
  });
  return async () => beats.unsubscribe();
}

prioritise();
const parent = process.ppid;
setInterval(() => void (process.ppid !== parent && process.exit(1)), 1000).unref();
const twin = await (/^(http:|\{)/.test(job.address)
  ? openArmAt(job.address)
  : connectTwin(job.address, { reconnect: job.reconnect ?? false }));
const watchdog = job.watchdog ? await openWatchdog({ arm: job.watchdog }) : undefined;
const release = await (job.does === "positions" ? positions : loop)(twin, watchdog);
say({ ready: true, ...(watchdog && { watchdog: watchdog.pid }) });
announce(twin);

/** The first signal lets go in order, the second at once. */
const end = async () => {
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => process.exit(130));
  await release();
  await watchdog?.close();
  await twin.arm.close();
  process.exit(0);
};
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => void end());
