import { expect } from "chai";
import fc from "fast-check";
import { parseClientMessage } from "../../../src/operator/protocol.ts";
import { maxPoints, withPoint, type Series } from "../../../src/operator/snapshot.ts";

describe("the parser of client frames", () => {
  for (const type of ["stop", "hold", "resume", "reset", "enable", "start"])
    it(`reads ${type}`, () => expect(parseClientMessage(JSON.stringify({ type }))).to.deep.equal({ type }));

  it("reads a ping with its number", () =>
    expect(parseClientMessage('{"type":"ping","n":3}')).to.deep.equal({ type: "ping", n: 3 }));

  for (const text of [
    "",
    "stop",
    "null",
    "[]",
    "{}",
    '"stop"',
    '{"type":"fly"}',
    '{"type":"stop","now":true}',
    '{"type":["stop"]}',
    '{"type":"ping"}',
    '{"type":"ping","n":-1}',
    '{"type":"ping","n":1.5}',
    '{"__proto__":{"type":"stop"}}',
  ])
    it(`takes ${text || "nothing"} for no message`, () => expect(parseClientMessage(text)).to.equal(undefined));

  it("survives nesting as deep as a frame can hold", () => {
    expect(parseClientMessage("[".repeat(2048) + "]".repeat(2048))).to.equal(undefined);
    expect(parseClientMessage('{"type":'.repeat(400) + '"stop"' + "}".repeat(400))).to.equal(undefined);
  });

  it("never throws, whatever it is given", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseClientMessage(text)));
  });
});

describe("a curve on the wire", () => {
  it("stays bounded, keeps its first and newest points, and stays in order", () => {
    let series: Series = { name: "critic", group: "loss", over: "updates", points: [] };
    for (let i = 0; i < 5000; i++) {
      series = withPoint(series, i, i * 2);
      expect(series.points.length).to.be.at.most(maxPoints);
      expect(series.points.at(-1)).to.deep.equal([i, i * 2]);
    }
    const xs = series.points.map(([x]) => x);
    expect(xs).to.deep.equal([...xs].sort((a, b) => a - b));
    expect(xs[0]).to.equal(0);
  });
});
