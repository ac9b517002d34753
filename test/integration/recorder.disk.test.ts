import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { firstValueFrom } from "rxjs";
import { recorderClient, type RecorderClientOptions } from "../../launch/recorderClient.ts";
import type { OnarmError } from "../../src/domain/errors.ts";
import type { StopEntry } from "../../src/recording/blackBox.ts";
import { summarise } from "../../src/recording/read.ts";
import { stopLogOf } from "../../src/recording/stopLog.ts";
import { failure, header, jointState, stopped } from "../support/recordings.ts";
import { skip } from "../support/skip.ts";
import { smallDisk, type SmallDisk } from "../support/tmpfs.ts";

const MiB = 2 ** 20;

describe("The recorder's process on a disk that fails it", function () {
  this.timeout(60_000);
  let disk: SmallDisk | undefined;
  let path: string;
  let writer: NodeJS.Timeout | undefined;
  beforeEach(function () {
    const made = smallDisk(16);
    if (typeof made === "string") return skip(this, made);
    disk = made;
    path = join(disk.folder, "run.mcap");
  });
  afterEach(() => {
    clearInterval(writer);
    disk?.remove();
    disk = undefined;
  });

  /** A recorder that is handed a joint state every 10 ms from now on. */
  async function recording(options: RecorderClientOptions) {
    const recorder = await recorderClient(path, header, { gatherMs: 5, ballastBytes: MiB, ...options });
    const faults: OnarmError[] = [];
    recorder.fault$.subscribe((fault) => faults.push(fault));
    let beats = 0;
    writer = setInterval(() => recorder.write(jointState(beats++ / 100)), 10);
    const wrote = async (more: number) => {
      const goal = recorder.counts.written + more;
      while (recorder.counts.written < goal) await setTimeout(5);
    };
    await wrote(20);
    return { recorder, faults, now: () => beats / 100, wrote };
  }

  it("raises the alarm before a write fails, goes on with what tells the story, and keeps a stop even when nothing is left (R2)", async () => {
    const { recorder, faults, now } = await recording({ reserveBytes: 4 * MiB });
    expect(faults).to.deep.equal([]);
    disk!.fillTo(3 * MiB);
    const low = await firstValueFrom(recorder.fault$);
    expect(low.code).to.equal("storage.low");
    expect(low.message).to.match(/MiB left, less than the 4\.0 MiB kept in reserve.*Free some space/);
    const { written } = recorder.counts;
    recorder.write(stopped(now(), "tracking"));
    while (recorder.counts.written === written) await setTimeout(5);
    expect(faults.map(({ code }) => code)).to.deep.equal(["storage.low"]);
    // Now somebody fills the rest, too.
    disk!.fillTo(0);
    recorder.write({ channel: "/onarm/mode", at: jointState(now()).at, mode: { is: "disabled" } });
    recorder.write(stopped(now(), "wrench"));
    const log = async () => (await readFile(stopLogOf(path), "utf8")).split("\n").slice(0, -1);
    while ((await log()).length < 2) await setTimeout(5);
    const kept = (await log()).map((line) => JSON.parse(line) as StopEntry);
    expect(kept.map(({ cause }) => cause)).to.deep.equal(["tracking", "wrench"]);
    expect(kept[0]!.before.states.length).to.be.greaterThan(10);
    clearInterval(writer);
    await recorder.finish();
  });

  it("says so when a write fails, and counts what is lost; what was written before stays readable (R4)", async () => {
    const { recorder, faults, now } = await recording({ reserveBytes: 0, ballastBytes: 0 });
    disk!.fillTo(0);
    const failed = await firstValueFrom(recorder.fault$);
    const told = now();
    expect(failed.code).to.equal("storage.failed");
    expect(failed.message).to.match(/ENOSPC.*not recorded.*onarm recover/);
    while (now() < told + 0.2) await setTimeout(5);
    clearInterval(writer);
    const counts = await recorder.finish();
    expect(counts.dropped).to.be.greaterThan(20);
    expect(counts.written + counts.dropped).to.equal(Math.round(now() * 100));
    expect(faults.map(({ code }) => code)).to.deep.equal(["storage.failed"]);
    const { channels } = await summarise(path);
    expect(channels["/joint_states"]).to.be.at.least(counts.written);
  });

  it("is refused on a read-only disk before anything moves, with the reason (R4)", async () => {
    disk!.readOnly();
    const error = await failure(recorderClient(path, header));
    expect(error).to.have.property("code", "storage.failed");
    expect((error as Error).message).to.match(/EROFS.*check the folder and its rights/);
  });
});
