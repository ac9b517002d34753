import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { cadence } from "../../src/control/cadence.ts";
import { forkEntry } from "../fork.ts";
import { openRunPage } from "../runPage.ts";
import { undriven } from "../running/undriven.ts";
import { LIMITS_FILE } from "../sawyer.ts";
import { openStation } from "../station.ts";
import type { FromCrowd, ToCrowd } from "./crowd.ts";

export interface OperatorBench {
  /** Stops that are timed; watchers; windows of so many s with and without them, in turns; hostile frames; readers that never read. */
  readonly stops: number;
  readonly viewers: number;
  readonly windows: number;
  readonly seconds: number;
  readonly frames: number;
  readonly readers: number;
  readonly seed: number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

const TOKEN = "the-bench";
const median = (xs: readonly number[]) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)]!;
const part = (xs: readonly number[], share: number) =>
  [...xs].sort((a, b) => a - b)[Math.min(xs.length - 1, Math.floor(share * xs.length))]!;

/** s of processor time a process has used, and MiB it holds. Linux only. */
async function usageOf(pid: number): Promise<{ readonly cpu: number; readonly mebibytes: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return {
    // Clock ticks are 1/100 s on every Linux that Node runs on.
    cpu: (Number(fields[11]) + Number(fields[12])) / 100,
    mebibytes: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024,
  };
}

/**
 * What the page costs and stands: a real arm in wall time, its page in a process of its own, and a crowd in a third. Stops are timed from
 * the crowd's send to the arm's own word that it is stopped, on one monotonic clock; windows with and without watchers alternate.
 */
export async function benchOperator(options: OperatorBench) {
  const { log, signal } = options;
  const folder = await mkdtemp(path.join(tmpdir(), "onarm-bench-"));
  const station = await openStation({ arm: "sim", limits: LIMITS_FILE });
  const { controller, clock } = station;
  const closers: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true }), station.close];
  try {
    const page = await openRunPage(
      { port: 0, token: TOKEN, viewerToken: `${TOKEN}-viewer` },
      {
        ...undriven(station, folder),
        reset: station.reset,
        lateShare: () => station.cadence.report().lateShare,
        belief: () => ({ mean: new Float32Array(5), variance: new Float32Array(5).fill(1), episodes: 0 }),
        decoded: () => ({ reward: -0.5, deviation: 0.5 }),
      },
    );
    closers.push(page.close);
    const crowd = forkEntry(new URL("./crowd.ts", import.meta.url), { args: [page.url, TOKEN] });
    closers.push(() => crowd.kill("SIGKILL"));
    const ask = async (message: ToCrowd): Promise<FromCrowd> => {
      crowd.send(message);
      const [answer] = (await once(crowd, "message", { signal })) as [FromCrowd];
      return answer;
    };
    const usage = () => usageOf(page.pid!);
    const pass = (seconds: number) => {
      const until = clock.now() + seconds;
      return clock.run(() => clock.now() >= until || signal.aborted);
    };
    /** Idle, whatever stopped the arm before: a busy machine may be too late for it. */
    const ready = async () => {
      while (controller.mode().is !== "idle" && !signal.aborted) {
        if (controller.mode().is === "stopped") await station.reset();
        else if (controller.mode().is === "disabled") await controller.enable();
        else controller.event({ on: "finish" });
        await pass(0.05);
      }
    };

    // Stop: from the send to the mode's change, and to the arm's own word.
    const [toMode, toArm]: [number[], number[]] = [[], []];
    let stoppedAt = 0n;
    let heardAt = 0n;
    const modes = controller.mode$.subscribe(({ is }) => void (is === "stopped" && (stoppedAt = process.hrtime.bigint())));
    const words = station.arm.status$.subscribe(({ stopped }) => void (stopped && (heardAt ||= process.hrtime.bigint())));
    closers.push(() => (modes.unsubscribe(), words.unsubscribe()));
    await ask({ do: "watch", clients: 1 });
    for (let i = 0; i < options.stops && !signal.aborted; i++) {
      await ready();
      controller.start();
      await pass(0.05 + 0.0037 * (i % 7));
      if (controller.mode().is === "stopped") continue;
      [stoppedAt, heardAt] = [0n, 0n];
      const { at } = await ask({ do: "stop" });
      await clock.run(() => (stoppedAt > 0n && heardAt > 0n) || signal.aborted);
      toMode.push(Number(stoppedAt - at!) / 1e6);
      toArm.push(Number(heardAt - at!) / 1e6);
    }
    await ask({ do: "leave" });
    log(`${toArm.length} stops timed`);

    // Watchers: windows with and without, in turns.
    await ready();
    controller.start();
    const with_ = { p99: [] as number[], cpu: [] as number[], rate: [] as number[] };
    const without = { p99: [] as number[], cpu: [] as number[] };
    for (let w = 0; w < 2 * options.windows && !signal.aborted; w++) {
      const watched = w % 2 === 1;
      if (watched) await ask({ do: "watch", clients: options.viewers });
      await pass(1);
      const beats = cadence(clock.period);
      const beating = controller.tick$.subscribe(beats.tick);
      const [before, began] = [await usage(), clock.now()];
      if (watched) await ask({ do: "watch", clients: 0 });
      await pass(options.seconds);
      const took = clock.now() - began;
      const cpu = ((await usage()).cpu - before.cpu) / took;
      beating.unsubscribe();
      const side = watched ? with_ : without;
      side.p99.push(beats.report().periodMs.p99);
      side.cpu.push(cpu);
      if (watched) with_.rate.push((await ask({ do: "leave" })).snapshots! / options.viewers / took);
      log(
        `window ${w + 1} of ${2 * options.windows}: ${watched ? options.viewers : 0} watchers, page ${(100 * cpu).toFixed(1)} % of a core`,
      );
    }

    // Hostile frames, then readers that never read, a good client among them each time.
    const calm = await usage();
    let peak = calm.mebibytes;
    const weighing = setInterval(
      () =>
        void usage().then(
          ({ mebibytes }) => (peak = Math.max(peak, mebibytes)),
          () => {},
        ),
      250,
    );
    closers.push(() => clearInterval(weighing));
    let stoppedByFlood = 0;
    const causes = controller.mode$.subscribe((mode) => {
      if (mode.is === "stopped" && mode.cause === "the operator's stop") stoppedByFlood++;
    });
    closers.push(() => causes.unsubscribe());
    const flood = await ask({ do: "flood", frames: options.frames, seed: options.seed });
    const flooded = peak;
    log(`${options.frames} hostile frames sent`);
    peak = 0;
    const idle = await ask({ do: "idle", readers: options.readers });
    await pass(8);
    const after = await usage();
    return {
      stop: {
        times: toArm.length,
        toModeMs: { p50: median(toMode), p99: part(toMode, 0.99), max: Math.max(...toMode) },
        toArmMs: { p50: median(toArm), p99: part(toArm, 0.99), max: Math.max(...toArm) },
      },
      viewers: {
        clients: options.viewers,
        snapshotsPerSecond: median(with_.rate),
        cadenceP99Ms: {
          without: median(without.p99),
          with: median(with_.p99),
          windowsWithout: without.p99,
          windowsWith: with_.p99,
        },
        coreShare: { without: median(without.cpu), with: median(with_.cpu) },
      },
      hostile: {
        frames: options.frames,
        closed: flood.closed!,
        goodClientWorstMs: flood.roundTripMs!,
        mebibytes: { before: calm.mebibytes, peak: flooded },
        stopped: stoppedByFlood,
      },
      slow: {
        readers: options.readers,
        letIn: idle.let!,
        goodClientWorstMs: idle.roundTripMs!,
        mebibytes: { peak, after: after.mebibytes },
      },
    };
  } finally {
    for (const close of closers.reverse()) {
      await close();
    }
  }
}
