import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { hear, look, unheard } from "../../robot/stopbox/belief.ts";
import { listen, UPTIMES } from "../../robot/stopbox/protocol.ts";
import { seconds } from "../../src/domain/units.ts";
import { skip } from "../support/skip.ts";

const source = fileURLToPath(new URL("../support/stopboxMain.cpp", import.meta.url));

/** Contacts over a span of ms, asked every ms. */
type Span = readonly [duration: number, a: 0 | 1, b: 0 | 1];

describe("the stop box's firmware, compiled for this computer", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "onarm-firmware-"));
  const program = path.join(folder, "stopbox");
  after(() => rmSync(folder, { recursive: true, force: true }));
  before(function () {
    const compiler = ["g++", "clang++"].find((name) => !spawnSync(name, ["--version"]).error);
    if (compiler === undefined) skip(this, "no C++ compiler here; install the package 'g++'");
    execFileSync(compiler, ["-std=c++11", "-Wall", "-Wextra", "-Werror", "-o", program, source]);
  });

  const said = (spans: readonly Span[], from = 0) => {
    let now = from;
    const input = spans.flatMap(([duration, a, b]) => Array.from({ length: duration }, () => `${now++ % UPTIMES} ${a} ${b}`));
    return execFileSync(program, { input: input.join("\n") });
  };
  const frames = (spans: readonly Span[], from = 0) =>
    listen("", said(spans, from)).lines.map((line) => {
      if (line.kind !== "frame") throw new Error(`a line that is not understood: ${line.kind}`);
      return line.frame;
    });
  const states = (spans: readonly Span[]) =>
    frames(spans)
      .map(({ released }) => (released ? "R" : "P"))
      .filter((state, i, all) => state !== all[i - 1])
      .join("");

  it("says what we understand, every 20 ms, in sequence", () => {
    const heard = frames([[1000, 1, 1]]);
    expect(heard.length).to.be.within(50, 52);
    expect(heard.map(({ sequence }) => sequence)).to.deep.equal(heard.map((_, i) => i));
    for (let i = 1; i < heard.length; i++) expect(heard[i]!.uptime - heard[i - 1]!.uptime).to.be.at.most(20);
  });
  it("begins pressed, and is released when both contacts have been closed for a while", () =>
    expect(states([[100, 1, 1]])).to.equal("PR"));
  for (const [what, contacts] of [
    ["both contacts", [0, 0]],
    ["contact A alone", [0, 1]],
    ["contact B alone", [1, 0]],
  ] as const)
    it(`is pressed by ${what}, within the same millisecond`, () => {
      const heard = frames([
        [105, 1, 1],
        [30, ...contacts],
      ]);
      expect(heard.find(({ released, uptime }) => !released && uptime > 50)!.uptime).to.equal(105);
    });
  it("does not bounce: a contact that chatters as it closes gives one release", () =>
    expect(
      states([
        [100, 1, 1],
        [50, 0, 0],
        [3, 1, 1],
        [2, 0, 0],
        [5, 1, 1],
        [1, 1, 0],
        [100, 1, 1],
      ]),
    ).to.equal("PRPR"));
  it("stays pressed after one contact alone was open for long, until a whole press has shown that both can open", () => {
    const broken: Span[] = [
      [100, 1, 1],
      [600, 1, 0],
      [500, 1, 1],
    ];
    expect(states(broken)).to.equal("PRP");
    expect(states([...broken, [50, 0, 0], [100, 1, 1]])).to.equal("PRPR");
  });
  it("bears contacts that part a little unevenly", () =>
    expect(
      states([
        [100, 1, 1],
        [40, 1, 0],
        [100, 0, 0],
        [40, 0, 1],
        [100, 1, 1],
      ]),
    ).to.equal("PRPR"));
  it("is believed by the listener through the whole of its press, also when its clock runs over", () => {
    const from = UPTIMES - 1000;
    let belief = unheard(seconds(0), "silent");
    const words: string[] = [];
    for (const line of said(
      [
        [2000, 1, 1],
        [300, 0, 0],
        [1000, 1, 1],
      ],
      from,
    )
      .toString("latin1")
      .match(/.*\n/g)!) {
      const uptime = Number(/,(\d+)\*/.exec(line)![1]);
      const at = seconds(((uptime - from + UPTIMES) % UPTIMES) / 1000);
      belief = look(hear(belief, at, Buffer.from(line, "latin1")), at);
      if (belief.is !== words.at(-1)) words.push(belief.is);
    }
    expect(words).to.deep.equal(["silent", "released", "pressed", "released"]);
  });
});
