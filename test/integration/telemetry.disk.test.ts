import { expect } from "chai";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { keyOf, type Kept } from "../../src/telemetry/backlog.ts";
import { openJournal, restored } from "../../src/telemetry/journal.ts";
import { skip } from "../support/skip.ts";
import { smallDisk, type SmallDisk } from "../support/tmpfs.ts";

const kept = (seq: number): Kept => ({ topic: "t", session: "s", channel: "episode", seq, text: "x".repeat(20_000) });

describe("summaries on a disk that fills up", function () {
  this.timeout(60_000);
  let disk: SmallDisk | undefined;
  afterEach(() => disk?.remove());

  it("are kept in memory, said once, and written again when there is room", async function () {
    const made = smallDisk(4);
    if (typeof made === "string") skip(this, made);
    disk = made;
    const file = join(disk.folder, "telemetry.jsonl");
    const told: string[] = [];
    const journal = await openJournal(file, (line) => told.push(line));
    await journal.put(kept(0));
    disk.fillTo(8192);
    for (const seq of [1, 2, 3]) await journal.put(kept(seq));
    expect(told).to.have.length(1);
    expect(told[0]).to.match(/cannot be written \(ENOSPC.*kept in memory/);
    expect(journal.counts()).to.include({ waiting: 4, dropped: 0 });
    journal.sent(keyOf(kept(0)));
    await rm(join(disk.folder, "filler"));
    await journal.put(kept(4));
    expect(told[1]).to.match(/written again/);
    expect(told).to.have.length(2);
    await journal.close();
    const { waiting } = restored(await readFile(file, "utf8")).all();
    expect(waiting.map(({ seq }) => seq)).to.deep.equal([1, 2, 3, 4]);
  });
});
