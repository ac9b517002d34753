import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { sawyer } from "../../robot/description/sawyer.ts";
import { armEnvironment } from "../../src/control/armEnvironment.ts";
import { withoutRewards } from "../../src/control/withoutRewards.ts";
import { configHash } from "../../src/config/hash.ts";
import { explain } from "../../src/domain/stops.ts";
import { metricsText } from "../../src/telemetry/metrics.ts";
import { readBundle, requireSpec } from "../../src/policy/bundle.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { canaryDrive } from "../canaryDrive.ts";
import { integer, number, type Verb, type VerbContext } from "../cli.ts";
import { openDomain } from "../domains.ts";
import { agentOf, driving } from "../driving.ts";
import { flightRecorder } from "../flightRecorder.ts";
import { readPointer } from "../promotion.ts";
import { commit } from "../provenance.ts";
import { openRunPage } from "../runPage.ts";
import { LIMITS_FILE } from "../sawyer.ts";
import { openStation } from "../station.ts";
import { telemetryFlags, telemetryOptions, type TelemetryFlags } from "../telemetryFlags.ts";
import { metricsOf } from "../telemetryMetrics.ts";
import { openRunTelemetry } from "../telemetryOfRun.ts";

interface Options extends TelemetryFlags {
  readonly arm: string;
  readonly bundle?: string;
  readonly promoted?: string;
  readonly canary: number;
  readonly limits: string;
  readonly seconds?: number;
  readonly episodes?: number;
  readonly headless?: boolean;
  readonly port: number;
  readonly token?: string;
  readonly stopBox?: string;
}

const shipped = fileURLToPath(new URL("../../shipped/sawyer/bundle", import.meta.url));

/** The weights that drive, and the trial they are on when the gate has only just let them. */
async function bundlesOf(options: Options, context: VerbContext) {
  const { promoted, canary } = options;
  if (promoted === undefined) return { bundle: await readBundle(path.resolve(options.bundle ?? shipped)), trial: undefined };
  if (options.bundle !== undefined)
    throw new OnarmError("usage.invalid", "run: --bundle and --promoted both name what drives; leave one out");
  const folder = path.resolve(promoted);
  const pointer = await readPointer(folder);
  if (!pointer)
    throw new OnarmError(
      "file.missing",
      `run: nothing was promoted in ${folder}; promote a bundle there first: onarm gate promote`,
    );
  const bundle = await readBundle(path.resolve(folder, pointer.current.bundle));
  const before = pointer.previous.at(-1);
  if (!before || canary === 0) return { bundle, trial: undefined };
  const incumbent = await readBundle(path.resolve(folder, before.bundle));
  return { bundle, trial: canaryDrive({ folder, candidate: bundle, incumbent, pairs: canary, log: context.log }) };
}

export const verb: Verb<Options> = {
  name: "run",
  summary: "drive an arm in wall time with a bundle, without learning; record it, and show it to an operator",
  options: (command) => {
    telemetryFlags(command)
      .option("--arm <name>", "sim, or sim@host:port for a twin that runs already", "sim")
      .option("--bundle <dir>", "the policy that drives; the shipped one when left out")
      .option(
        "--promoted <dir>",
        "drive what the gate of this folder has promoted, and roll it back if it does worse than what drove before",
      )
      .option("--canary <pairs>", "scenes tried under both after a promotion; 0: none", integer({ max: 10_000 }), 40)
      .option("--limits <file>", "what the arm may do", LIMITS_FILE)
      .option("--seconds <s>", "end after so long; else at Ctrl-C", number({ min: 0.1, max: 1e6 }))
      .option("--episodes <n>", "end after so many episodes", integer({ min: 1 }))
      .option("--stop-box <port>", "serial port of the stop box; without it only the page and the arm's own button stop")
      .option("--headless", "no page: a stop ends the run")
      .option("--port <n>", "of the page on this machine; 0 for any", integer({ max: 65535 }), 8642)
      .option("--token <t>", "for the page; else ONARM_TOKEN, else a random one");
  },
  run: async (options, context) => {
    // Everything that can be refused is, before an arm is even looked for.
    const { spec } = await openDomain("sawyer");
    const { bundle, trial } = await bundlesOf(options, context);
    requireSpec(bundle, spec);
    const agent = await agentOf(bundle);
    const directory = path.resolve(context.out ?? `out/run-${context.seed}`);
    await mkdir(directory, { recursive: true });
    const name = `run-${new Date().toISOString().replace(/[:.]/g, "-")}`;
    const fleet = telemetryOptions(options, name, directory);

    const limitsFile = path.resolve(options.limits);
    const station = await openStation({
      arm: options.arm,
      limits: limitsFile,
      ...(options.stopBox ? { stopBox: options.stopBox } : {}),
    });
    const { controller, clock, scene, arm, limits } = station;
    const ended = new AbortController();
    const { signal } = ended;
    // Undone in reverse: who drives ends first, the arm is eased to rest, the recording gets all of it, then the arm is let go.
    const closers: (() => Promise<unknown>)[] = [station.close];
    const began = clock.now();
    let [episodes, steps] = [0, 0];
    let holds = 0;
    let current = 0;
    let fault: string | undefined;
    try {
      const recorder = await flightRecorder(
        path.join(directory, `${name}.mcap`),
        {
          config: configHash(limits),
          bundle: bundle.hash,
          calibration: "none",
          seed: context.seed,
          commit: commit(),
          arm: sawyer.name,
          domain: bundle.spec.name,
          wallOffset: clock.wall(),
        },
        { controller, joints: arm.joints, clock },
      );
      closers.push(recorder.finish);
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
            episodes: () => episodes,
            steps: () => steps,
            finish: () => {
              controller.event({ on: "finish" });
              ended.abort();
            },
          },
          context.log,
        ));
      if (telemetry) closers.push(telemetry.close);

      const started = () => ["running", "resetting", "holding"].includes(controller.mode().is);
      const attend = () => clock.run(() => started() || signal.aborted);
      const environment = armEnvironment({ controller, scene, clock, description: sawyer, limits, attend });
      const policy = driving({
        controller,
        environment: withoutRewards(recorder.watched(environment)),
        clock,
        seed: context.seed,
        signal,
        ready: { agent, bundle },
        plan: trial?.plan ?? ((scene) => ({ bundle, scene })),
        ...(options.episodes === undefined ? {} : { episodes: options.episodes }),
        begins: (number, task) => {
          recorder.begins(number, task.id);
          telemetry?.begins(number);
          current = task.id;
        },
        ends: async (number, made) => {
          recorder.ends(number, made);
          telemetry?.ends(number, current, made, null);
          if (!signal.aborted) await trial?.took(number, !(made instanceof Error) && environment.outcome().success);
          if (made instanceof Error) return;
          episodes++;
          steps += made.steps;
        },
      });
      closers.push(async () => {
        ended.abort();
        controller.event({ on: "finish" });
        await policy.done.catch(() => {});
      });
      const metrics = () =>
        metricsText(
          metricsOf({
            arm: sawyer.name,
            ...{ controller, clock, limits, holds, episodes, steps },
            cadence: station.cadence.report(),
            recorder: recorder.client.counts,
            ...(telemetry ? { telemetry: telemetry.counts() } : {}),
          }),
        );
      if (!options.headless) {
        const page = await openRunPage(
          { port: options.port, ...(options.token ? { token: options.token } : {}) },
          { controller, reset: station.reset, task: policy.task, steps: () => steps, metrics, log: context.log },
        );
        closers.push(page.close);
      }
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
      return {
        seconds: clock.now() - began,
        ticks,
        cadence: station.cadence.report(),
        episodes,
        steps,
        stops,
        clamps,
        holds,
        mode: mode.is,
        cause: "cause" in mode ? mode.cause : (fault ?? null),
        exploration: { ...controller.exploration().usage, spent: controller.exploration().spent ?? null },
        bundle: bundle.directory,
        ...(trial ? { canary: trial.verdict() } : {}),
        recording: recorder.file,
      };
    } finally {
      for (const close of closers.reverse()) await close();
    }
  },
};
