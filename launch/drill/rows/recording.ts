import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { OnarmError } from "../../../src/domain/errors.ts";
import { seconds } from "../../../src/domain/units.ts";
import { readRecording, summarise } from "../../../src/recording/read.ts";
import type { RecordingHeader } from "../../../src/recording/records.ts";
import { recover } from "../../../src/recording/recover.ts";
import { stopLogOf } from "../../../src/recording/stopLog.ts";
import { tickRecords } from "../../../src/recording/ticks.ts";
import { recorderClient } from "../../recorderClient.ts";
import type { RecorderClient, RecorderClientOptions } from "../../recorderClient.ts";
import { inMotion, MOVING } from "../bench.ts";
import type { Bench } from "../bench.ts";
import { unaffected, worded } from "../reactions.ts";
import { pending, that, within } from "../row.ts";
import type { DrillContext, Pending, Seen, Trial } from "../row.ts";
import { smallDisk } from "../smallDisk.ts";
import type { SmallDisk } from "../smallDisk.ts";
import { need, openStage, seen } from "../subject.ts";
import { onarm } from "../verbs.ts";

const MiB = 2 ** 20;
const trial = (boundMs: number | null, run: Trial["run"]): Trial => ({ boundMs, harmless: true, lockstep: false, run });

/** What befalls the file that remembers, and the process that writes it. */
export const recording: Readonly<Record<string, Trial>> = {
  R1: trial(1000, (context) => inMotion(context, {}, (bench) => killed(bench, context))),
  R2: trial(null, (context) => onSmallDisk(context, RUNNING, (disk) => filling(disk, context))),
  R3: trial(0, (context) => inMotion(context, {}, (bench) => slow(bench, context))),
  R4: trial(1000, (context) => onSmallDisk(context, 24, (disk) => inMotion(context, {}, (bench) => failing(bench, disk)))),
};

/** MiB of a disk on which a run may begin: the recorder keeps 256 in reserve. */
const RUNNING = 330;

async function onSmallDisk(
  context: DrillContext,
  mebibytes: number,
  act: (disk: SmallDisk) => Promise<readonly Seen[]>,
): Promise<readonly Seen[] | Pending> {
  const disk = await smallDisk(context.folder, mebibytes);
  if (typeof disk === "string") return pending(disk);
  try {
    return await act(disk);
  } finally {
    await disk.remove();
  }
}

const header: RecordingHeader = {
  arm: "twin",
  domain: "sawyer",
  config: "drill",
  bundle: "none",
  calibration: "none",
  seed: 0,
  commit: "drill",
  wallOffset: 0,
};

interface Taken {
  readonly recorder: RecorderClient;
  readonly faults: OnarmError[];
  /** The recording's own time, s. */
  now(): number;
  offered(): number;
}

/** Writes every tick of the bench down until `act` is done. */
async function recorded<T>(
  bench: Bench,
  file: string,
  options: RecorderClientOptions,
  act: (taken: Taken) => Promise<T>,
): Promise<T> {
  const recorder = await recorderClient(file, header, options);
  const faults: OnarmError[] = [];
  recorder.fault$.subscribe((fault) => faults.push(fault));
  const telling = { joints: bench.arm.joints, origin: bench.clock.now() };
  let before: Parameters<typeof tickRecords>[1];
  let offered = 0;
  const writing = bench.controller.tick$.subscribe((tick) => {
    for (const record of tickRecords(tick, before, telling)) {
      recorder.write(record);
      offered++;
    }
    before = tick;
  });
  try {
    return await act({ recorder, faults, now: () => bench.clock.now() - telling.origin, offered: () => offered });
  } finally {
    writing.unsubscribe();
    await recorder.finish();
  }
}

async function killed(bench: Bench, { folder, rng }: DrillContext): Promise<Seen[]> {
  const file = join(folder, "run.mcap");
  return recorded(bench, file, {}, async ({ recorder, faults, now, offered }) => {
    await pause(1500 + rng.between(0, 1000));
    const { written } = recorder.counts;
    const at = now();
    process.kill(recorder.pid, "SIGKILL");
    await bench.until(() => faults.length > 0, 2);
    await bench.beats(20);
    const loop = unaffected(bench, seconds(bench.clock.now() - (now() - at)));
    const saved = join(folder, "saved.mcap");
    const { records } = await recover(file, saved);
    const times: number[] = [];
    for await (const record of readRecording(saved)) times.push(record.at);
    const counted = recorder.counts;
    const upTo = offered();
    return [
      within("lost at its end", 1000 * (at - Math.max(...times)), 1000),
      that(
        `all ${records} records that it called written readable after recover`,
        records >= written && times.length === records,
        `${records} of ${written}`,
      ),
      that(
        "the loss is counted",
        counted.written + counted.dropped + counted.refused <= upTo && counted.dropped > 0,
        JSON.stringify(counted),
      ),
      that("told at once", faults[0]?.code === "process.lost", String(faults[0]?.message)),
      ...loop,
    ];
  });
}

/** A run of the verb whose disk fills up: it ends in order, before a write fails. */
async function filling(disk: SmallDisk, context: DrillContext): Promise<Seen[]> {
  const stage = await openStage(context);
  const out = join(disk.folder, "run");
  const empty = await disk.free();
  const run = onarm(["run", "--arm", `sim@${stage.twin.address}`, "--headless", "--seconds", "60", "--json", "--out", out]);
  try {
    const moves = () =>
      stage
        .truth()
        .slice(-5)
        .some(({ dq }) => dq.some((w) => Math.abs(w) > MOVING))
        ? true
        : undefined;
    need(await seen(moves, 30), `onarm run to move: ${run.stderr()}`);
    const held = empty - (await disk.free()) - (await visible(out));
    await disk.fillTo(200 * MiB);
    const { code, out: said } = await run.ended;
    const result = JSON.parse(said.trim().split("\n").at(-1)!) as { cause?: string; recording?: string };
    const file = need(result.recording, "a recording");
    const { damage } = await summarise(file);
    const stopped = stage.truth().some(({ mode }) => mode === "stopped");
    return [
      that('alarm "storage.low"', result.cause === "storage.low", `the run ended for ${result.cause}`),
      that("before a write fails: the recording is whole", damage === undefined, damage?.why),
      that(
        "the episode ends, the arm eased to rest under control",
        code === 1 && !stopped,
        `exit ${code}${stopped ? ", the arm was stopped" : ""}`,
      ),
      that(`${Math.round(held / MiB)} MiB held for the stop log`, held >= MiB, "none"),
    ];
  } finally {
    run.kill("SIGKILL");
    await run.ended;
    await stage.close();
  }
}

/** Bytes of the files that have a name: what is held for stops has none, so that nothing is left behind by a process that is killed. */
async function visible(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A disk that stalls for a second: from outside, whoever writes to it stands still. */
async function slow(bench: Bench, { folder }: DrillContext): Promise<Seen[]> {
  const waiting = 60;
  return recorded(bench, join(folder, "run.mcap"), { waiting, gatherMs: 5 }, async ({ recorder, offered }) => {
    await bench.beats(50);
    const at = bench.clock.now();
    for (let stall = 0; stall < 2; stall++) {
      process.kill(recorder.pid, "SIGSTOP");
      await pause(1000);
      process.kill(recorder.pid, "SIGCONT");
      await bench.beats(30);
    }
    const loop = unaffected(bench, at);
    const total = offered();
    const { written, dropped, refused } = await recorder.finish();
    return [
      ...loop,
      that(`bounded queue: ${dropped} records dropped`, dropped > 0, "nothing was dropped"),
      that("drops counted", written + dropped + refused >= total, `${written} + ${dropped} of ${total}`),
    ];
  });
}

/** A disk on which the next write fails. */
async function failing(bench: Bench, disk: SmallDisk): Promise<Seen[]> {
  const file = join(disk.folder, "run.mcap");
  const seenFailing = await recorded(
    bench,
    file,
    { reserveBytes: 0, ballastBytes: MiB, gatherMs: 5 },
    async ({ recorder, faults }) => {
      await bench.beats(80);
      await disk.fillTo(0);
      const at = bench.clock.now();
      // As the verb does: practice that nobody can read again ends, control goes on.
      recorder.fault$.subscribe(({ code, message }) => {
        bench.controller.note({ level: "fault", code, text: message });
        bench.controller.event({ on: "finish" });
      });
      await bench.until(() => faults.length > 0, 3);
      const told = bench.clock.now();
      await bench.beats(50);
      const ticks = bench.ticks.filter((tick) => tick.at > told).length;
      bench.controller.stop("the drill");
      recorder.write({ channel: "/onarm/event", at: seconds(1e3), level: "info", code: "drill", text: "one more" });
      await bench.beats(20);
      const { dropped } = await recorder.finish();
      return [
        within('alarm "storage.failed"', faults[0]?.code === "storage.failed" ? 1000 * (told - at) : NaN, 1000, faults[0]?.code),
        that(
          "the episode ends, control goes on",
          ticks > 30 && bench.modes.some((mode) => mode.at >= at && mode.mode.is === "idle"),
          `${ticks} ticks, ${worded(bench.controller.mode())}`,
        ),
        that("the loss is counted", dropped > 0, "nothing counted"),
      ];
    },
  );
  const kept = await readFile(stopLogOf(file), "utf8").catch(() => "");
  return [
    ...seenFailing,
    that("a stop is kept all the same", /the drill/.test(kept), "no stop in the log"),
    ...(await readOnly(disk)),
  ];
}

async function readOnly(disk: SmallDisk): Promise<Seen[]> {
  await disk.readOnly();
  const why = await recorderClient(join(disk.folder, "other.mcap"), header).then(
    async (recorder) => (await recorder.finish(), ""),
    (error: OnarmError) => error.code,
  );
  return [that("read-only: refused before anything moves", why === "storage.failed", why || "it was begun")];
}
