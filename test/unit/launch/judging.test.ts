import { expect } from "chai";
import fc from "fast-check";
import { fileURLToPath } from "node:url";
import { lineJudge } from "../../../launch/judging.ts";
import { linesOf, type Line } from "../../../launch/lines.ts";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { loadLimits } from "../../../src/config/limits.ts";

const limits = loadLimits(fileURLToPath(new URL("../../../robot/description/limits.yaml", import.meta.url)));
const still = [0, 0, 0, 0, 0, 0, 0];
const state = { at: 1, position: sawyer.poses["neutral"], velocity: still, effort: still };
const command = { kind: "velocity", value: still, period: 0.01 };
const good = { now: 1.01, state, command };
const asked = (question: unknown) => lineJudge(sawyer, limits).answer({ text: JSON.stringify(question) });

async function split(chunks: readonly Uint8Array[], longest?: number): Promise<Line[]> {
  const lines: Line[] = [];
  const source = (async function* () {
    yield* chunks;
  })();
  for await (const group of linesOf(source, longest)) lines.push(...group);
  return lines;
}
const bytes = (text: string) => new TextEncoder().encode(text);

describe("Lines of a stream", () => {
  it("come out whole and in order, wherever the stream was cut", async () => {
    const text = "één\n\ntwo\r\n{}";
    for (let cut = 0; cut <= bytes(text).length; cut++)
      expect(await split([bytes(text).subarray(0, cut), bytes(text).subarray(cut)])).to.deep.equal([
        { text: "één" },
        { text: "" },
        { text: "two\r" },
        { text: "{}" },
      ]);
  });

  it("that end with a line end have no line after it", async () => {
    expect(await split([bytes("a\n")])).to.deep.equal([{ text: "a" }]);
    expect(await split([])).to.deep.equal([]);
  });

  it("come out as soon as they are complete, not at the end", async () => {
    const source = (async function* () {
      yield bytes("first\nsec");
      throw new Error("nobody asked for more before answering the first line");
    })();
    const { value } = await linesOf(source).next();
    expect(value).to.deep.equal([{ text: "first" }]);
  });

  it("too long or not UTF-8 are refused each by itself, and what follows is read again", async () => {
    const lines = await split([bytes("123456789"), bytes("0\nok\n"), Uint8Array.of(0xff, 10), bytes("ok")], 5);
    expect(lines.map((line) => ("text" in line ? line.text : "refused"))).to.deep.equal(["refused", "ok", "refused", "ok"]);
  });

  it("are those that the text has, for any text and any cuts", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "grapheme" }).map((s) => s.replaceAll("\n", ""))),
        fc.nat(9),
        async (texts, size) => {
          const all = bytes(texts.map((text) => `${text}\n`).join(""));
          const chunks = [];
          for (let i = 0; i < all.length; i += size + 1) chunks.push(all.subarray(i, i + size + 1));
          expect(await split(chunks)).to.deep.equal(texts.map((text) => ({ text })));
        },
      ),
    ));
});

describe("A line to be judged", () => {
  it("gets the governor's verdict", () => {
    expect(asked(good)).to.deep.include({ kind: "pass", command });
    expect(asked({ ...good, command: { ...command, value: [9, 0, 0, 0, 0, 0, 0] } })).to.include({ kind: "clamp" });
    expect(asked({ ...good, now: 2 })).to.deep.include({ kind: "stop", reason: "state.stale" });
    const jump = {
      ...good,
      command: { ...command, value: [0.1, 0, 0, 0, 0, 0, 0] },
      previous: { ...command, acceleration: still },
    };
    expect(asked(jump)).to.include({ kind: "clamp" });
  });

  it("may name the three numbers that JSON has no word for, and no other", () => {
    for (const word of ["NaN", "Infinity", "-Infinity"]) {
      const value = [word, 0, 0, 0, 0, 0, 0];
      expect(asked({ ...good, command: { ...command, value } })).to.deep.include({ kind: "stop", reason: "not-finite" });
      expect(asked({ ...good, now: word })).to.deep.include({ kind: "stop", reason: "not-finite" });
    }
    for (const word of ["nan", "1", "", "inf", "-NaN"])
      expect(asked({ ...good, now: word })).to.deep.include({ kind: "stop", reason: "shape" });
  });

  it("says once which checks are skipped, each check at the first state without it", () => {
    const judge = lineJudge(sawyer, limits);
    const answer = (question: unknown) => judge.answer({ text: JSON.stringify(question) });
    const sensed = { ...state, wrench: [0, 0, 0, 0, 0, 0], collision: false };
    expect(answer("no question at all")).not.to.have.property("skipped");
    expect(answer({ ...good, state: sensed })).to.deep.include({ skipped: ["tip"] });
    expect(answer(good)).to.deep.include({ skipped: ["wrench", "collision"] });
    expect(answer(good)).not.to.have.property("skipped");
    expect(judge.skipped).to.deep.equal(["wrench", "collision", "tip"]);
  });

  it("that cannot be read gets a stop and why, never an error", () => {
    const unreadable: readonly (readonly [string, RegExp])[] = [
      ["", /empty/],
      ["  \r", /empty/],
      ["hello", /not JSON/],
      ['{"now":1', /not JSON/],
      ["[".repeat(100_000), /not JSON/],
      ["[]", /expected object/],
      ["null", /expected object/],
      ["{}", /now/],
      [JSON.stringify({ ...good, state: null }), /state/],
      [JSON.stringify({ ...good, command: { ...command, kind: "torque" } }), /command\.kind/],
      [JSON.stringify({ ...good, previous: null }), /previous/],
      [JSON.stringify({ ...good, state: { ...state, wrench: [1] } }), /state\.wrench/],
      [JSON.stringify({ ...good, state: { ...state, collision: "no" } }), /state\.collision/],
    ];
    const judge = lineJudge(sawyer, limits);
    for (const [text, why] of unreadable) {
      const answer = judge.answer({ text });
      expect(answer, text).to.include({ kind: "stop", reason: "shape" });
      expect(answer.detail, text).to.match(why);
    }
    expect(judge.counts).to.deep.equal({ pass: 0, clamp: 0, stop: unreadable.length });
  });

  it("of the wrong number of joints is stopped by the governor itself", () => {
    expect(asked({ ...good, command: { ...command, value: [0] } })).to.include({ kind: "stop", reason: "shape" });
  });

  it("of any JSON whatever gets exactly one verdict and never throws", () => {
    const judge = lineJudge(sawyer, limits);
    const piece = fc.oneof(fc.jsonValue(), fc.constantFrom("NaN", "Infinity", 1e308, -0, still, state, command));
    const question = fc.record({ now: piece, state: piece, command: piece, previous: piece }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), question), (content) => {
        expect(judge.answer({ text: JSON.stringify(content) }).kind).to.be.oneOf(["pass", "clamp", "stop"]);
      }),
    );
    const { pass, clamp, stop } = judge.counts;
    expect(pass + clamp + stop).to.equal(100);
  });
});
