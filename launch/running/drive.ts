import path from "node:path";
import { firstValueFrom } from "rxjs";
import { sawyer } from "../../robot/description/sawyer.ts";
import { toldOf } from "../../robot/urdf/own.ts";
import { configHash } from "../../src/config/hash.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { explain } from "../../src/domain/stops.ts";
import { requireSpec } from "../../src/policy/bundle.ts";
import { metricsText } from "../../src/telemetry/metrics.ts";
import type { VerbContext } from "../cli.ts";
import { openDomain } from "../domains.ts";
import { agentOf } from "../driving.ts";
import { recallOf } from "../recalling.ts";
import { flightRecorder } from "../flightRecorder.ts";
import { openGraph, requireGraph } from "../graph/graph.ts";
import { pageOptions } from "../pageFlags.ts";
import { commit } from "../provenance.ts";
import { openRunPage } from "../runPage.ts";
import { openStation } from "../station.ts";
import { telemetryOptions } from "../telemetryFlags.ts";
import { metricsOf } from "../telemetryMetrics.ts";
import { openRunTelemetry } from "../telemetryOfRun.ts";
import { openDriver } from "./driver.ts";
import { unready } from "./unready.ts";
import { openWeights, requireSense, requireTask } from "./driveOptions.ts";
import type { DriveOptions } from "./driveOptions.ts";
import { episodeBook, episodesOf } from "./episodes.ts";
import { faultLog } from "./faults.ts";

/**
 * An arm in wall time under a bundle, recorded, guarded and shown, until its time, its episodes or its budget are over, a person ends it or
 * it is stopped with nobody there to start it again. Everything that can be refused is, before an arm is even looked for and `folder` is made.
 */
export async function driveArm(
  options: DriveOptions,
  context: VerbContext,
  folder: () => Promise<string>,
): Promise<Record<string, unknown>> {
  requireSense(options);
  const place = pageOptions(options);
  const { spec } = await openDomain("sawyer");
  const weights = await openWeights(options, context.log);
  const bundle = weights.plan(0).bundle;
  requireSpec(bundle, spec);
  requireTask(options, bundle);
  const agent = await agentOf(bundle);
  const recall = options.context > 0 ? await recallOf(bundle) : undefined;
  if (options.graph) requireGraph();
  const directory = await folder();
  const name = `run-${new Date().toISOString().replace(/[:.]/g, "-")}`;
  const fleet = telemetryOptions(options, name, directory);

  const station = await openStation({
    arm: options.arm,
    limits: path.resolve(options.limits),
    ...(options.stopBox ? { stopBox: options.stopBox } : {}),
  });
  const { controller, clock, arm, limits } = station;
  const ended = new AbortController();
  const { signal } = ended;
  // Undone in reverse: who drives ends first, the arm is eased to rest, the recording gets all of it, then the arm is let go.
  const closers: (() => Promise<unknown>)[] = [station.close];
  const began = clock.now();
  const counts = { episodes: 0, steps: 0 };
  let holds = 0;
  let fault: string | undefined;
  const faults = faultLog(clock.now, ({ level, code, text, remedy }) =>
    context.record({ level: level === "fault" ? "error" : level, code, text, ...(remedy ? { fields: { remedy } } : {}) }),
  );
  try {
    const waits = unready(await firstValueFrom(arm.status$));
    // Without a page or a graph there is nobody to do it from here.
    if (waits !== undefined && options.headless && options.graph === undefined)
      throw new OnarmError("arm.refused", `${waits}; then run this again, or run it with its page`);
    if (waits !== undefined) context.log(waits);
    const recorder = await flightRecorder(
      path.join(directory, `${name}.mcap`),
      {
        config: configHash(limits),
        bundle: bundle.hash,
        calibration: station.own ? `urdf ${station.own.hash}` : "none",
        seed: context.seed,
        commit: commit(),
        arm: sawyer.name,
        domain: bundle.spec.name,
        wallOffset: clock.wall(),
      },
      { controller, joints: arm.joints, clock },
    );
    closers.push(recorder.finish);
    const book = episodeBook(episodesOf(recorder.file), clock.now, (error) =>
      faults.add({ level: "warn", code: "storage.failed", text: `the list of episodes cannot be written: ${error.message}` }),
    );
    closers.push(book.close);
    // A disk that fails is no reason to stop an arm, but practice nobody can read again is none.
    const storage = recorder.client.fault$.subscribe(({ code, message }) => {
      context.log(message);
      controller.note({ level: "fault", code, text: message });
      controller.event({ on: "finish" });
      fault = code;
      ended.abort();
    });
    closers.push(async () => storage.unsubscribe());
    const modes = controller.mode$.subscribe((mode) => {
      if (mode.is === "holding") holds++;
      if (mode.is !== "stopped") return;
      const { what, remedy } = explain(mode.cause);
      context.log(`stopped (${mode.cause}): ${what} ${remedy}`);
      if (options.headless) ended.abort();
    });
    closers.push(async () => modes.unsubscribe(), controller.close);

    const telemetry =
      fleet &&
      (await openRunTelemetry(
        fleet,
        {
          controller,
          clock,
          facts: {
            arm: sawyer.name,
            bundle: bundle.hash,
            config: configHash(limits),
            commit: commit(),
            joints: [...arm.joints],
          },
          episodes: () => counts.episodes,
          steps: () => counts.steps,
          finish: () => {
            controller.event({ on: "finish" });
            ended.abort();
          },
        },
        context.log,
      ));
    if (telemetry) closers.push(telemetry.close);

    const driver = await openDriver(options, {
      ...{ station, recorder, weights, agent, recall, bundle, book, telemetry, signal, counts },
      seed: context.seed,
    });
    closers.push(driver.close);
    const { policy } = driver;
    closers.push(async () => {
      ended.abort();
      controller.event({ on: "finish" });
      await policy.done.catch(() => {});
    });
    const metrics = () =>
      metricsText(
        metricsOf({
          arm: sawyer.name,
          ...{ controller, clock, limits, holds, ...counts },
          cadence: station.cadence.report(),
          recorder: recorder.client.counts,
          ...(telemetry ? { telemetry: telemetry.counts() } : {}),
        }),
      );
    if (place) {
      const page = await openRunPage(place, {
        ...{ controller, limits, book, faults, weights, directory, metrics },
        description: station.description,
        ...(driver.rewards ? { rewards: driver.rewards } : {}),
        ...(driver.resets ? { resets: driver.resets } : {}),
        period: clock.period,
        lateShare: () => station.cadence.report().lateShare,
        reset: station.reset,
        recorded: () => recorder.client.counts,
        log: context.log,
        task: policy.task,
        explores: policy.explores,
        belief: policy.belief,
        offlineKl: () => weights.bundle().manifest.provenance.metrics["offlineKl"],
        episode: driver.episode,
        decoded: driver.decoded,
        steps: () => counts.steps,
      });
      closers.push(page.close);
    }
    if (options.graph) {
      const graph = await openGraph({
        ...{ controller, limits, rights: options.graph, reset: station.reset, log: context.log },
        description: station.description,
        facts: { arm: options.arm, limits: options.limits, bundle: bundle.hash },
      });
      closers.push(graph.close);
      context.log(`${graph.node} is in ROS domain ${graph.domain}, with rights to ${options.graph}`);
    }
    if (station.own) context.log(`kinematics by the robot's own URDF: ${toldOf(station.own)}`);
    if (station.found) context.log(station.found);
    // An arm found stopped or outside its limits waits for a person.
    if (controller.mode().is === "idle" && controller.outside() === undefined) controller.start();
    const bar = options.seconds === undefined ? undefined : context.progress("driving", options.seconds);
    const over = () => context.signal.aborted || signal.aborted || clock.now() - began >= (options.seconds ?? Infinity);
    await Promise.race([policy.done, clock.run(() => (bar?.update(Math.floor(clock.now() - began)), over()))]);
    bar?.finish();
    const { ticks, stops, clamps } = controller.counters();
    const mode = controller.mode();
    if (mode.is === "stopped" || fault !== undefined) context.exitCode = 1;
    const verdict = weights.verdict();
    return {
      seconds: clock.now() - began,
      ticks,
      cadence: station.cadence.report(),
      ...counts,
      ...{ stops, clamps, holds },
      mode: mode.is,
      cause: "cause" in mode ? mode.cause : (fault ?? null),
      exploration: { ...controller.exploration().usage, spent: controller.exploration().spent ?? null },
      bundle: weights.bundle().directory,
      ...(verdict ? { canary: verdict } : {}),
      recording: recorder.file,
    };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}
