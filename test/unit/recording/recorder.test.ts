import { expect } from "chai";
import { VirtualTimeScheduler } from "rxjs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rm } from "node:fs/promises";
import type { OnarmError } from "../../../src/domain/errors.ts";
import { summarise, type RecordingSummary } from "../../../src/recording/read.ts";
import { openRecorder, type RecorderOptions } from "../../../src/recording/recorder.ts";
import { memoryDisk, type MemoryDisk } from "../../support/memoryDisk.ts";
import { event, header, jointState } from "../../support/recordings.ts";

async function onDisk(disk: MemoryDisk): Promise<RecordingSummary> {
  const path = join(tmpdir(), `onarm-recorder-${process.pid}.mcap`);
  await writeFile(path, disk.bytes());
  return summarise(path).finally(() => rm(path));
}

async function recording(options: RecorderOptions = {}) {
  const disk = memoryDisk();
  const recorder = await openRecorder("run.mcap", header, { create: disk.create, ...options });
  const faults: OnarmError[] = [];
  recorder.fault$.subscribe((fault) => faults.push(fault));
  return { disk, recorder, faults };
}

/** Virtual time that lets what it set off settle before it goes on. */
function beating() {
  const scheduler = new VirtualTimeScheduler(undefined, 0);
  const settled = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return {
    scheduler,
    until: async (s: number) => {
      await settled();
      for (let ms = scheduler.maxFrames; ms < s * 1000;) {
        scheduler.maxFrames = ms = Math.min(ms + 100, s * 1000);
        scheduler.flush();
        await settled();
      }
    },
  };
}

describe("The recorder", () => {
  it("has everything on the disk after flush, and the file is whole after close", async () => {
    const { disk, recorder } = await recording();
    recorder.write(jointState(0));
    recorder.write(event(0.01));
    await recorder.flush();
    expect((await onDisk(disk)).channels).to.deep.equal({ "/joint_states": 1, "/onarm/event": 1 });
    const counts = await recorder.close();
    expect(counts).to.include({ written: 2, dropped: 0, refused: 0, bytes: disk.bytes().length });
    expect((await onDisk(disk)).damage).to.equal(undefined);
    expect([disk.closed, await recorder.close()]).to.deep.equal([true, counts]);
  });

  it("writes by itself whenever half a second of record time has passed", async () => {
    const { disk, recorder } = await recording();
    recorder.write(jointState(0.1));
    const write = disk.nextWrite();
    recorder.write(jointState(0.6));
    await write;
    expect((await onDisk(disk)).last).to.equal(0.6);
    await recorder.close();
  });

  it("writes by itself whenever half a second of wall time has passed, though records are few", async () => {
    const scheduler = new VirtualTimeScheduler(undefined, 500);
    const { disk, recorder } = await recording({ scheduler });
    const write = disk.nextWrite();
    recorder.write(event(0.01, "the only one"));
    scheduler.flush();
    await write;
    expect((await onDisk(disk)).channels).to.deep.equal({ "/onarm/event": 1 });
    await recorder.close();
  });

  it("has on the disk at every moment all but the last second of what it was handed, whatever the rate (R1)", async () => {
    for (const rate of [2, 10, 100, 500]) {
      const beats = beating();
      const { disk, recorder } = await recording({ scheduler: beats.scheduler });
      for (let i = 1; i <= 4 * rate; i++) {
        recorder.write(jointState(i / rate));
        await beats.until(i / rate);
        if (i % Math.ceil(rate / 7) !== 0 || i / rate < 1) continue;
        // As kill -9 would leave it here.
        expect((await onDisk(disk)).last, `${rate} Hz after ${i / rate} s`).to.be.at.least(i / rate - 1);
      }
      await recorder.close();
    }
  });

  it("raises the alarm within one second of a write that failed (R4)", async () => {
    const beats = beating();
    const { disk, recorder, faults } = await recording({ scheduler: beats.scheduler });
    let at = 0;
    const on = async (until: number) => {
      for (; at < until && faults.length === 0; at += 0.01) {
        recorder.write(jointState(at));
        await beats.until(at);
      }
    };
    await on(1.23);
    expect(faults).to.deep.equal([]);
    disk.fail("EIO: i/o error");
    await on(5);
    expect(faults.map(({ code }) => code)).to.deep.equal(["storage.failed"]);
    expect(at).to.be.below(2.23);
    expect(recorder.counts.dropped).to.be.greaterThan(0);
    await recorder.close();
  });

  it("looks at the disk once a second though nothing is recorded, and raises the alarm when others have filled it (R2)", async () => {
    const beats = beating();
    const { disk, recorder, faults } = await recording({ scheduler: beats.scheduler, reserveBytes: 1000 });
    await beats.until(3);
    expect(faults).to.deep.equal([]);
    disk.free = 900;
    await beats.until(4.5);
    expect(faults.map(({ code }) => code)).to.deep.equal(["storage.low"]);
    await beats.until(9);
    expect(faults).to.have.length(1);
    await recorder.close();
  });

  it("asks the disk to make sure about once a second of wall time, not at every write", async () => {
    const scheduler = new VirtualTimeScheduler(undefined, 0);
    const { disk, recorder } = await recording({ scheduler });
    const before = disk.syncs;
    for (let beat = 1; beat <= 8; beat++) {
      const write = disk.nextWrite();
      recorder.write(jointState(beat));
      scheduler.maxFrames = beat * 500;
      scheduler.flush();
      await write;
    }
    const after = disk.syncs;
    await recorder.close();
    expect(after - before).to.be.within(3, 4);
  });

  it("never waits for a slow disk: what does not fit in the queue is dropped and counted, the bulk of it first (R3)", async () => {
    const { disk, recorder } = await recording({ queue: 10, flushEvery: 0.1 });
    disk.stall();
    recorder.write(jointState(0.5)); // on its way to the disk
    const stuck = recorder.flush();
    await Promise.resolve();
    const taken = Array.from({ length: 20 }, (_, i) => recorder.write(jointState(1 + i)));
    const events = Array.from({ length: 20 }, (_, i) => recorder.write(event(30 + i)));
    expect(taken.filter(Boolean).length).to.be.within(10, 11);
    expect(events.filter(Boolean).length).to.be.within(10, 11);
    const lost = recorder.counts.dropped;
    expect(lost).to.equal([...taken, ...events].filter((took) => !took).length);
    disk.release();
    await stuck;
    expect(recorder.write(jointState(60))).to.equal(true);
    const counts = await recorder.close();
    expect(counts.written + counts.dropped).to.equal(1 + 20 + 20 + 1);
    const { channels } = await onDisk(disk);
    expect(channels["/onarm/event"]).to.equal(events.filter(Boolean).length + 1); // and one that says how many are missing
  });

  it("raises the alarm for a disk that does not answer, and goes on when it answers again (R4)", async () => {
    const beats = beating();
    const { disk, recorder, faults } = await recording({ scheduler: beats.scheduler });
    recorder.write(event(0.1));
    disk.stall();
    await beats.until(1.9); // a stall of a second or so is a slow disk, which costs at most records
    expect(faults).to.deep.equal([]);
    await beats.until(20);
    expect(faults.map(({ code, message }) => [code, /has not answered for 3 s.*Look at the disk/.test(message)])).to.deep.equal([
      ["storage.failed", true],
    ]);
    disk.release();
    await beats.until(21);
    expect(recorder.write(event(21))).to.equal(true);
    await beats.until(22);
    expect(await recorder.close()).to.include({ written: 2, dropped: 0 });
    expect(faults).to.have.length(1);
  });

  it("of a failing disk raises one alarm, counts what is lost, and never throws (R4)", async () => {
    const { disk, recorder, faults } = await recording();
    recorder.write(jointState(0));
    await recorder.flush();
    disk.fail("ENOSPC: no space left on device");
    for (let i = 1; i <= 5; i++) recorder.write(jointState(i));
    await recorder.flush();
    expect(recorder.write(jointState(6))).to.equal(false);
    const counts = await recorder.close();
    expect(faults.map(({ code }) => code)).to.deep.equal(["storage.failed"]);
    expect(faults[0]!.message).to.match(/run\.mcap.*no space left.*onarm recover/);
    expect(counts).to.include({ written: 1, dropped: 6 });
    expect((await onDisk(disk)).channels).to.deep.equal({ "/joint_states": 1 });
  });

  it("keeps the story and leaves the streams when the disk runs low, before a write fails (R2)", async () => {
    const { disk, recorder, faults } = await recording({ reserveBytes: 1000 });
    expect(recorder.write(jointState(0))).to.equal(true);
    disk.free = 999;
    await recorder.flush();
    expect(faults.map(({ code, message }) => [code, /0.0 MiB left/.test(message)])).to.deep.equal([["storage.low", true]]);
    expect([recorder.write(jointState(1)), recorder.write(event(2, "stopped"))]).to.deep.equal([false, true]);
    await recorder.flush();
    disk.free = 2000;
    await recorder.flush();
    expect([recorder.write(jointState(3)), faults.length]).to.deep.equal([true, 1]);
    await recorder.close();
    expect((await onDisk(disk)).channels).to.deep.equal({ "/joint_states": 2, "/onarm/event": 2 });
  });

  it("cannot be opened on a disk that fails at once", async () => {
    const disk = memoryDisk();
    disk.fail("EROFS: read-only file system");
    const error = await openRecorder("run.mcap", header, { create: disk.create }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.have.property("code", "storage.failed");
    expect(disk.closed).to.equal(true);
  });

  it("refuses and counts what a file cannot hold", async () => {
    const { recorder } = await recording();
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    expect([NaN, -1].map((at) => recorder.write(jointState(at)))).to.deep.equal([false, false]);
    recorder.write({ ...event(1), detail: loop as Record<string, string> });
    recorder.write(event(2));
    expect(await recorder.close()).to.include({ refused: 3, written: 1 });
  });

  it("takes nothing after close", async () => {
    const { recorder } = await recording();
    const closing = recorder.close();
    expect(recorder.write(event(1))).to.equal(false);
    expect(await closing).to.include({ written: 0, dropped: 1 });
  });
});
