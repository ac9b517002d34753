import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { episodeBook, episodesOf } from "../../../launch/running/episodes.ts";
import { faultLog } from "../../../launch/running/faults.ts";
import { recentTiming } from "../../../launch/running/timing.ts";
import { runCommands } from "../../../launch/running/commands.ts";
import { fixedWeights } from "../../../launch/running/weights.ts";
import type { Tick } from "../../../src/domain/control.ts";

const failed = (why: Error): void => {
  throw why;
};

describe("the book of a run's episodes", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), "onarm-book-"))));
  afterEach(() => rm(folder, { recursive: true }));
  const what = { task: 4, aim: "open-drawer", policy: "abc" };

  it("tells of each what became of it, and of a person's word on it; another list each time something changed", async () => {
    let s = 10;
    const file = episodesOf(path.join(folder, "run.mcap"));
    const book = episodeBook(file, () => s, failed);
    book.begins(0, what);
    const [running] = book.list();
    expect(running).to.deep.include({ number: 0, state: "running", keep: true, flag: false, note: "" });
    for (const reward of [-1, -0.5, 0]) book.stepped(reward);
    s = 16;
    const before = book.list();
    book.ends(0, { steps: 60, clamps: 2, stops: 0, success: true });
    expect(book.list()).to.not.equal(before);
    expect(book.list()[0]).to.deep.include({ state: "done", seconds: 6, decoded: -0.5, success: true });
    expect(book.mark({ episode: 0, keep: false, note: "the drawer was blocked" })).to.equal(true);
    expect(book.mark({ episode: 0, flag: true })).to.equal(true);
    expect(book.list()[0]).to.deep.include({ keep: false, flag: true, note: "the drawer was blocked", success: true });
    await book.close();
    const lines = (await readFile(file, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).to.have.length(3);
    expect(lines.at(-1)).to.deep.include({ number: 0, keep: false, flag: true, note: "the drawer was blocked", task: 4 });
  });

  it("says why one was cut short, and whose rewards another one has", () => {
    const book = episodeBook(path.join(folder, "x.jsonl"), () => 0, failed);
    book.begins(0, what);
    book.ends(0, { steps: 3, clamps: 0, stops: 1, cause: "command.stopped" });
    book.begins(1, what);
    const reward = { values: Float32Array.of(-1, -1, 0, 0), source: "person" } as const;
    book.ends(1, { steps: 4, clamps: 0, stops: 0, reward });
    expect(book.list()[0]).to.deep.include({ state: "cut", cause: "command.stopped" });
    expect(book.list()[0]).to.not.have.any.keys("success", "decoded", "reward");
    expect(book.list()[1]).to.deep.include({ reward: -0.5, rewardSource: "person" });
  });

  it("lists the last hundred, and refuses a word on any other", () => {
    const book = episodeBook(path.join(folder, "x.jsonl"), () => 0, failed);
    for (let n = 0; n < 130; n++) book.begins(n, what);
    expect(book.list().map(({ number }) => number)).to.deep.equal(Array.from({ length: 100 }, (_, i) => 30 + i));
    expect(book.mark({ episode: 29, flag: true })).to.equal(false);
  });

  it("goes on when its file cannot be written, and says so", async () => {
    const failures: string[] = [];
    const book = episodeBook(
      path.join(folder, "no", "such", "x.jsonl"),
      () => 0,
      ({ message }) => failures.push(message),
    );
    book.begins(0, what);
    book.mark({ episode: 0, flag: true });
    await book.close();
    expect(failures).to.have.length(1);
    expect(book.list()[0]!.flag).to.equal(true);
  });
});

describe("the log of what went wrong", () => {
  it("tells the same thing once in five seconds, others at once, and keeps a hundred", () => {
    let s = 0;
    const log = faultLog(() => s);
    const late = { level: "warn", code: "state.late", text: "a state came late" } as const;
    log.add(late);
    const first = log.list();
    s = 4.9;
    log.add({ ...late, text: "a state came later still" });
    expect(log.list(), "nothing new, so the same list").to.equal(first);
    log.add({ ...late, level: "fault" });
    s = 10;
    log.add(late);
    expect(log.list().map(({ n }) => n)).to.deep.equal([1, 2, 3]);
    for (let i = 0; i < 300; i++) log.add({ ...late, level: "fault", text: `number ${i}` });
    expect(log.list()).to.have.length(100);
    expect(log.list().at(-1)).to.deep.include({ n: 303, text: "number 299" });
  });
});

describe("how evenly control beat lately", () => {
  it("is told of the last five whole seconds, with the ages of now", () => {
    const timing = recentTiming(0.01, () => 0.25);
    const tick = (at: number) => ({ at, state: { at: at - 0.004 } }) as unknown as Tick;
    for (let i = 0; i < 499; i++) timing.tick(tick(i / 100));
    expect(timing.now(tick(4.98))).to.equal(undefined);
    for (let i = 499; i < 520; i++) timing.tick(tick(i / 100));
    const now = timing.now(tick(5.2))!;
    expect(now.periodMs).to.be.closeTo(10, 0.05);
    expect(now.stateAgeMs).to.be.closeTo(4, 1e-6);
    expect(now.lateShare).to.equal(0.25);
    expect(now.sceneAgeMs).to.equal(undefined);
  });
});

describe("an operator's commands in a run", () => {
  const rig = () => {
    const did: unknown[] = [];
    const bundle = { hash: "0".repeat(64) } as never;
    const act = runCommands({
      book: { mark: ({ episode }: { episode: number }) => episode === 3 } as never,
      weights: fixedWeights(bundle),
      noted: (text) => did.push(text),
      arm: (command) => did.push(command.kind),
    });
    return { act, did };
  };

  it("go to the arm, but for words on episodes, which go into the recording", () => {
    const { act, did } = rig();
    act({ kind: "hold", by: "operator 1" });
    act({ kind: "mark", episode: 3, keep: false, note: "stuck", by: "operator 1" });
    expect(did).to.deep.equal(["hold", 'operator 1 on episode 3: discard, "stuck"']);
  });

  it("are refused where nothing was asked, and where one bundle drives", async () => {
    const { act } = rig();
    expect(() => act({ kind: "mark", episode: 2, flag: true })).to.throw(/not listed/);
    expect(() => act({ kind: "outcome", success: true })).to.throw(/nobody is asked/);
    expect(() => act({ kind: "confirm-reset" })).to.throw(/no reset waits/);
    for (const kind of ["promote", "roll-back"] as const) {
      const refused = await (act({ kind }) as Promise<void>).then(
        () => "done",
        (error: Error) => error.message,
      );
      expect(refused, kind).to.match(/--promoted DIR/);
    }
  });
});
