import { expect } from "chai";
import type { OnarmError } from "../../../src/domain/errors.ts";
import { explain } from "../../../src/domain/stops.ts";
import { seconds } from "../../../src/domain/units.ts";
import type { StopEntry } from "../../../src/recording/blackBox.ts";
import type { StopDisk } from "../../../src/recording/disk.ts";
import { openStopLog, stopLogOf } from "../../../src/recording/stopLog.ts";
import { failure } from "../../support/recordings.ts";

const entry = (at: number, cause = "tracking"): StopEntry => ({
  at: seconds(at),
  episode: 1,
  cause,
  ...explain(cause),
  before: {
    seconds: 2,
    states: [{ at: seconds(at), effort: [NaN] as never }],
    commands: [],
    verdicts: [],
    modes: [],
    events: [],
  },
});

/** A disk of so many bytes, of which the reserve takes its part. */
function smallDisk(room: number) {
  const files = new Map<string, string>();
  let [free, fails, stalled] = [room, undefined as string | undefined, undefined as Promise<void> | undefined];
  const take = (bytes: number) => {
    if (fails !== undefined) throw new Error(fails);
    if (bytes > free) throw new Error("ENOSPC: no space left on device");
    free -= bytes;
  };
  const disk: StopDisk = {
    exists: async (path) => files.has(path),
    append: async (path, bytes) => {
      await stalled;
      take(bytes.length);
      files.set(path, (files.get(path) ?? "") + new TextDecoder().decode(bytes));
    },
    reserve: async (_, bytes) => {
      take(bytes);
      return async () => void (free += bytes);
    },
  };
  return {
    disk,
    files,
    free: () => free,
    fill: () => void (free = 0),
    fail: (why: string) => void (fails = why),
    stall: (until: Promise<void>) => void (stalled = until),
  };
}

async function log(room: number, ballastBytes = 2000) {
  const small = smallDisk(room);
  const opened = await openStopLog("run.mcap", { ballastBytes, disk: small.disk });
  const faults: OnarmError[] = [];
  opened.fault$.subscribe((fault) => faults.push(fault));
  return { ...small, opened, faults, lines: () => (small.files.get("run.mcap.stops.jsonl") ?? "").split("\n").slice(0, -1) };
}

describe("The log of stops", () => {
  it("keeps each stop as one line of JSON beside the recording, and gives its reserve back at the end", async () => {
    const { opened, lines, free, faults } = await log(1e6);
    expect(free()).to.equal(1e6 - 2000);
    opened.keep(entry(1));
    opened.keep(entry(2, "wrench"));
    expect(await opened.close()).to.deep.equal({ kept: 2, lost: 0 });
    const [first, second] = lines().map((line) => JSON.parse(line) as StopEntry);
    expect(first).to.deep.include({ at: 1, episode: 1, cause: "tracking", ...explain("tracking") });
    expect(first!.before.states[0]!.effort).to.deep.equal(["NaN"]);
    expect(second!.cause).to.equal("wrench");
    expect(free()).to.equal(1e6 - lines().join("\n").length - 1);
    expect(faults).to.deep.equal([]);
  });

  it("makes no file where nothing stopped", async () => {
    const { opened, files } = await log(1e6);
    await opened.close();
    expect([...files]).to.deep.equal([]);
  });

  it("of a full disk gives up its reserve, and the stop is kept (R2)", async () => {
    const { opened, fill, lines, faults } = await log(2000);
    fill();
    opened.keep(entry(1));
    expect(await opened.close()).to.deep.equal({ kept: 1, lost: 0 });
    expect([lines().length, faults.length]).to.deep.equal([1, 0]);
  });

  it("says of every stop that it could not keep what stopped the arm, and goes on (R4)", async () => {
    const { opened, fail, lines, faults } = await log(1e6);
    fail("EROFS: read-only file system");
    opened.keep(entry(1.25));
    opened.keep(entry(2));
    expect(await opened.close()).to.deep.equal({ kept: 0, lost: 2 });
    expect(lines()).to.deep.equal([]);
    expect(faults.map(({ code }) => code)).to.deep.equal(["storage.failed", "storage.failed"]);
    expect(faults[0]!.message).to.match(/stop at 1\.250 s \(tracking\).*read-only.*mend the disk/);
  });

  it("on a disk too full for a reserve raises the alarm at once", async () => {
    const { opened, faults } = await log(100);
    expect(faults.map(({ code }) => code)).to.deep.equal(["storage.low"]);
    await opened.close();
  });

  it("never adds to the log of another recording", async () => {
    const { disk, files } = smallDisk(1e6);
    files.set(stopLogOf("run.mcap"), "{}\n");
    expect(await failure(openStopLog("run.mcap", { disk }))).to.have.property("code", "file.exists");
  });

  it("lets no more than sixteen stops wait for a slow disk and counts the others", async () => {
    const { opened, stall, lines } = await log(1e6);
    let release = () => {};
    stall(new Promise((resolve) => (release = resolve)));
    for (let i = 0; i < 40; i++) opened.keep(entry(i));
    expect(opened.counts.lost).to.equal(24);
    release();
    expect(await opened.close()).to.deep.equal({ kept: 16, lost: 24 });
    expect(lines()).to.have.length(16);
    opened.keep(entry(99));
    expect(opened.counts.lost).to.equal(25);
  });
});
