import { expect } from "chai";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyOf, type Kept } from "../../../src/telemetry/backlog.ts";
import { openJournal, restored, type Journal } from "../../../src/telemetry/journal.ts";

const kept = (seq: number, session = "s", text = `{}`): Kept => ({
  topic: "t",
  session,
  channel: "episode",
  seq,
  text,
});
const none = new Set<string>();
/** All that waits, oldest first. */
function waiting(journal: Journal): number[] {
  const away = new Set<string>();
  const seqs: number[] = [];
  for (let next = journal.next(away); next; next = journal.next(away)) {
    away.add(keyOf(next));
    seqs.push(next.seq);
  }
  return seqs;
}

describe("the file in which summaries wait", () => {
  let folder: string;
  let file: string;
  const told: string[] = [];
  const say = (line: string) => void told.push(line);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "onarm-journal-"));
    file = join(folder, "deeper", "telemetry.jsonl");
    told.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("holds what was put and not sent, and what was sent to be asked for again, after its process is gone", async () => {
    const first = await openJournal(file, say);
    for (const seq of [0, 1, 2]) await first.put(kept(seq));
    first.sent(keyOf(kept(1)));
    await first.close();
    const second = await openJournal(file, say);
    expect(waiting(second)).to.deep.equal([0, 2]);
    expect(second.again("s", "episode", 0, 9)).to.equal(1);
    expect([...second.newest()]).to.deep.equal([["s/episode", 2]]);
    await second.put(kept(2)); // told again by one who does not know that it was kept
    expect(second.counts().waiting).to.equal(3);
    await second.close();
  });

  it("has on its disk what it says it has, before it is closed", async () => {
    const first = await openJournal(file, say);
    await first.put(kept(0));
    const copy = join(folder, "copy");
    await writeFile(copy, await readFile(file));
    await first.close();
    const second = await openJournal(copy, say);
    expect(waiting(second)).to.deep.equal([0]);
    await second.close();
  });

  it("torn at any byte holds every line before the tear", async () => {
    const first = await openJournal(file, say);
    for (const seq of [0, 1, 2]) await first.put(kept(seq));
    first.sent(keyOf(kept(0)));
    await first.close();
    const whole = await readFile(file, "utf8");
    const ends = whole.split("\n").map((line, k, lines) => ({ line, end: lines.slice(0, k + 1).join("\n").length }));
    for (let length = 0; length <= whole.length; length++) {
      const lines = ends.filter(({ end }) => end <= length).map(({ line }) => line);
      const puts = lines.filter((line) => line.startsWith('{"put"')).length;
      const sent = lines.some((line) => line.startsWith('{"sent"'));
      const { waiting: held } = restored(whole.slice(0, length)).all();
      expect(
        held.map(({ seq }) => seq),
        `${length} characters`,
      ).to.deep.equal([0, 1, 2].slice(sent ? 1 : 0, puts));
    }
  });

  it("goes on after a tear", async () => {
    const first = await openJournal(file, say);
    for (const seq of [0, 1]) await first.put(kept(seq));
    await first.close();
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, -5));
    const second = await openJournal(file, say);
    expect(waiting(second)).to.deep.equal([0]);
    await second.put(kept(1));
    await second.close();
    const third = await openJournal(file, say);
    expect(waiting(third)).to.deep.equal([0, 1]);
    await third.close();
  });

  it("passes over lines that are none", async () => {
    await openJournal(file, say).then((journal) => journal.close());
    const junk = [
      "null",
      "[]",
      '{"put":{}}',
      '{"sent":5}',
      "\u0000",
      '{"put":{"topic":"t","session":"s","channel":"other","seq":0,"text":""}}',
    ];
    await writeFile(file, [...junk, JSON.stringify({ put: kept(4) }), ...junk].join("\n"));
    const journal = await openJournal(file, say);
    expect(waiting(journal)).to.deep.equal([4]);
    await journal.close();
  });

  it("is written anew when it has grown, remembers what was given up, and takes no number twice", async () => {
    const bounds = { count: 20, bytes: 50_000 };
    const text = "x".repeat(20_000);
    const first = await openJournal(file, say, bounds);
    for (let seq = 0; seq < 120; seq++) await first.put(kept(seq, "s", text));
    expect((await stat(file)).size).to.be.below(2 * bounds.bytes + 2 ** 20 + 50_000);
    const { dropped } = first.counts();
    expect(dropped).to.equal(118);
    await first.close();
    const second = await openJournal(file, say, bounds);
    expect(second.counts()).to.include({ waiting: 2, dropped });
    expect(waiting(second)).to.deep.equal([118, 119]);
    await second.put(kept(5, "s", text));
    expect(waiting(second)).to.deep.equal([118, 119]);
    await second.close();
  });

  it("that cannot be opened is refused with its name and a remedy", async () => {
    await writeFile(join(folder, "plain"), "");
    const error = await openJournal(join(folder, "plain", "telemetry.jsonl"), say).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: "storage.failed" });
    expect((error as Error).message).to.match(/plain\/telemetry\.jsonl cannot be opened: .*; mend/);
  });

  it("that is closed takes nothing more and throws nothing", async () => {
    const journal = await openJournal(file, say);
    await journal.close();
    await journal.put(kept(0));
    journal.sent(keyOf(kept(0)));
    await journal.close();
    expect(journal.next(none)).to.equal(undefined);
  });
});
