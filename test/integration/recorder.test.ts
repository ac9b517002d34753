import { expect } from "chai";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { lastValueFrom, toArray } from "rxjs";
import { forkEntry } from "../../launch/fork.ts";
import { recorderClient } from "../../launch/recorderClient.ts";
import { stopsOf } from "../../launch/stopList.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { explain } from "../../src/domain/stops.ts";
import type { StopEntry } from "../../src/recording/blackBox.ts";
import { readRecording, summarise } from "../../src/recording/read.ts";
import { seconds } from "../../src/domain/units.ts";
import type { Recorded } from "../../src/recording/records.ts";
import { recover } from "../../src/recording/recover.ts";
import { stopLogOf } from "../../src/recording/stopLog.ts";
import { header, jointState, stopped } from "../support/recordings.ts";

const times = async (path: string) => {
  const found: number[] = [];
  for await (const record of readRecording(path)) if (record.channel === "/joint_states") found.push(record.at);
  return found;
};
const hundredths = (n: number) => Array.from({ length: n }, (_, i) => i / 100);

describe("The recorder's process", function () {
  this.timeout(60_000);
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "onarm-recorder-"));
    path = join(folder, "run.mcap");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("loses nothing from first record to finish, and is gone afterwards", async () => {
    const recorder = await recorderClient(path, header);
    for (const at of hundredths(5000)) recorder.write(jointState(at));
    const counts = await recorder.finish();
    expect(counts).to.include({ written: 5000, dropped: 0, refused: 0 });
    expect(await times(path)).to.deep.equal(hundredths(5000));
    expect(await lastValueFrom(recorder.fault$.pipe(toArray()))).to.deep.equal([]);
    expect(() => process.kill(recorder.pid, 0)).to.throw();
    expect(recorder.write(jointState(99))).to.equal(false);
    expect(await recorder.finish()).to.deep.equal(counts);
  });

  it("is handed views of larger arrays and writes just their numbers", async () => {
    const recorder = await recorderClient(path, header);
    const all = Float32Array.from({ length: 8 }, (_, i) => i / 3);
    const [observation, action] = [all.subarray(1, 5), all.subarray(5)];
    const step: Recorded = { channel: "/onarm/transition", at: seconds(1), episode: 0, step: 0, observation, action };
    recorder.write(step);
    await recorder.finish();
    for await (const record of readRecording(path)) expect(record).to.deep.equal(step);
    expect((await summarise(path)).steps).to.equal(1);
  });

  it("does not mind SIGINT and SIGTERM: the parent says when to finish", async () => {
    const recorder = await recorderClient(path, header);
    recorder.write(jointState(0));
    process.kill(recorder.pid, "SIGINT");
    process.kill(recorder.pid, "SIGTERM");
    recorder.write(jointState(1));
    expect(await recorder.finish()).to.include({ written: 2 });
    expect((await summarise(path)).damage).to.equal(undefined);
  });

  it("killed hard in the middle leaves everything it called written readable, in order, after recovery (R1)", async () => {
    const recorder = await recorderClient(path, header, { gatherMs: 1 });
    let offered = 0;
    while (recorder.counts.written < 3000) {
      for (let i = 0; i < 20; i++) recorder.write(jointState(offered++ / 100));
      await setImmediate();
    }
    const { written } = recorder.counts;
    process.kill(recorder.pid, "SIGKILL");
    const faults = await lastValueFrom(recorder.fault$.pipe(toArray()));
    expect(faults.map(({ code }) => code)).to.deep.equal(["process.lost"]);
    const { damage, last } = await summarise(path);
    expect(damage).not.to.equal(undefined);
    expect(last).to.be.at.least((written - 1) / 100);
    const saved = join(folder, "saved.mcap");
    const { records } = await recover(path, saved);
    expect(records).to.be.at.least(written);
    expect(await times(saved)).to.deep.equal(hundredths(records));
    const counts = await recorder.finish();
    expect(counts.written + counts.dropped).to.equal(offered);
    expect(recorder.write(jointState(0))).to.equal(false);
  });

  it("finishes the file by itself when the process that drives it is killed", async () => {
    const parent = forkEntry(new URL("./recorderParent.ts", import.meta.url), { args: [path, "1000"] });
    const [, signal] = (await once(parent, "exit")) as [number | null, string | null];
    expect(signal).to.equal("SIGKILL");
    // The recorder is nobody's child now: that the file became whole is all there is to see of it.
    const whole = async () => {
      const summary = await summarise(path).catch(() => undefined);
      return summary !== undefined && summary.damage === undefined;
    };
    while (!(await whole())) await setTimeout(20);
    expect((await times(path)).slice(0, 1000)).to.deep.equal(hundredths(1000));
  });

  it("writes the stop that nobody else is left to write: control died while it drove the arm (H1)", async () => {
    const parent = forkEntry(new URL("./recorderParent.ts", import.meta.url), { args: [path, "1000", "running"] });
    await once(parent, "exit");
    const stops = async () => (await readFile(stopLogOf(path), "utf8").catch(() => "")).split("\n").slice(0, -1);
    while ((await stops()).length === 0) await setTimeout(20);
    const [line, ...others] = await stops();
    expect(others).to.deep.equal([]);
    const stop = JSON.parse(line!) as StopEntry;
    expect(stop).to.deep.include({ cause: "control.lost", ...explain("control.lost") });
    expect(stop.before.states.length).to.be.at.least(200);
    const whole = async () => (await summarise(path).catch(() => undefined))?.damage === undefined;
    while (!(await whole())) await setTimeout(20);
    const { list } = await stopsOf(path, false);
    expect(list.map(({ cause, from }) => [cause, from])).to.deep.equal([["control.lost", "log"]]);
  });

  it("does not call the end of a control process a stop when no arm was driven", async () => {
    const parent = forkEntry(new URL("./recorderParent.ts", import.meta.url), { args: [path, "1000", "idle"] });
    await once(parent, "exit");
    const whole = async () => {
      const summary = await summarise(path).catch(() => undefined);
      return summary !== undefined && summary.damage === undefined;
    };
    while (!(await whole())) await setTimeout(20);
    expect((await stopsOf(path, false)).list).to.deep.equal([]);
    expect(await readdir(folder)).to.deep.equal(["run.mcap"]);
  });

  it("keeps every stop beside the recording at once, with the two seconds before it, and leaves no other file", async () => {
    const recorder = await recorderClient(path, header, { gatherMs: 1 });
    for (const at of hundredths(500)) recorder.write(jointState(at));
    recorder.write(stopped(5, "tracking"));
    const log = () => readFile(stopLogOf(path), "utf8").catch(() => "");
    while (!(await log()).endsWith("\n")) await setTimeout(5);
    const stop = JSON.parse(await log()) as StopEntry;
    expect(stop).to.deep.include({ at: 5, episode: null, cause: "tracking", ...explain("tracking") });
    expect(stop.before.states.map(({ at }) => at)).to.deep.equal(hundredths(500).slice(300));
    await recorder.finish();
    expect((await readdir(folder)).sort()).to.deep.equal(["run.mcap", "run.mcap.stops.jsonl"]);
  });

  it("is not started on a file that exists, and says so", async () => {
    await (await recorderClient(path, header)).finish();
    const error = await recorderClient(path, header).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(isOnarmError(error) && error.code).to.equal("file.exists");
  });

  it("that does not answer costs its parent nothing but the records: the queue is bounded, the rest is counted", async () => {
    const recorder = await recorderClient(path, header, { waiting: 100, gatherMs: 1, finishMs: 200 });
    process.kill(recorder.pid, "SIGSTOP");
    let taken = 0;
    for (let i = 0; i < 200; i++) {
      for (let k = 0; k < 20; k++) if (recorder.write(jointState(i))) taken++;
      await setImmediate();
    }
    await setTimeout(5);
    expect(taken).to.be.below(100 + 2 * 512 + 1);
    const counts = await recorder.finish();
    expect(counts.written + counts.dropped).to.equal(4000);
    expect(counts.dropped).to.be.at.least(4000 - taken);
  });
});
