import { expect } from "chai";
import fc from "fast-check";
import { crc16, listen, LONGEST, SEQUENCES, UPTIMES, written } from "../../../robot/stopbox/protocol.ts";
import type { Frame, Line } from "../../../robot/stopbox/protocol.ts";

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const frames = fc
  .record({
    sequence: fc.nat(SEQUENCES - 1),
    released: fc.boolean(),
    contacts: fc.tuple(fc.boolean(), fc.boolean()),
    uptime: fc.nat(UPTIMES - 1),
  })
  .map((frame): Frame => (frame.released ? { ...frame, contacts: [true, true] } : frame));
/** Lines of a stream that arrives in pieces cut anywhere. */
const inPieces = (stream: Uint8Array, cuts: readonly number[]): Line[] => {
  const lines: Line[] = [];
  let [rest, from] = ["", 0];
  for (const to of [...cuts.map((cut) => cut % (stream.length + 1)), stream.length].sort((a, b) => a - b)) {
    const heard = listen(rest, stream.subarray(from, to));
    lines.push(...heard.lines);
    [rest, from] = [heard.rest, to];
  }
  return lines;
};
const ofFrames = (lines: readonly Line[]) => lines.flatMap((line) => (line.kind === "frame" ? [line.frame] : []));

describe("the line protocol of the stop box", () => {
  it("has the checksum that the world calls CRC-16/CCITT-FALSE", () => expect(crc16("123456789")).to.equal(0x29b1));
  it("writes a line that a person can read", () =>
    expect(written({ sequence: 7, released: true, contacts: [true, true], uptime: 140 })).to.equal("$SB,1,7,R,11,140*561B\n"));
  it("keeps every line within its longest", () =>
    expect(
      written({ sequence: SEQUENCES - 1, released: false, contacts: [false, true], uptime: UPTIMES - 1 }).length,
    ).to.be.at.most(LONGEST));

  it("reads what was written, in whatever pieces it comes", () =>
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 20 }), fc.array(fc.nat()), (sent, cuts) => {
        const lines = inPieces(bytes(sent.map(written).join("")), cuts);
        expect(lines).to.deep.equal(sent.map((frame) => ({ kind: "frame", frame })));
      }),
    ));
  it("makes nothing but bad lines of noise, never throws and never remembers more than a line", () =>
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
        let rest = "";
        for (const chunk of chunks) {
          const heard = listen(rest, chunk);
          expect(ofFrames(heard.lines)).to.deep.equal([]);
          expect(heard.rest.length).to.be.at.most(LONGEST);
          rest = heard.rest;
        }
      }),
    ));
  it("never takes a line with one, two or three bits flipped for a frame", () =>
    fc.assert(
      fc.property(frames, fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 3 }), (frame, flips) => {
        const line = bytes(written(frame));
        const spoiled = line.slice();
        for (const flip of flips) spoiled[Math.floor(flip / 8) % line.length]! ^= 1 << (flip % 8);
        if (Buffer.compare(spoiled, line) === 0) return;
        // A case of a hexadecimal digit is no other digit, so a lower one is refused as well.
        expect(ofFrames(listen("", spoiled).lines)).to.deep.equal([]);
      }),
      { numRuns: 2000 },
    ));
  it("reads the next line after a half one", () =>
    fc.assert(
      fc.property(frames, frames, fc.nat(), (first, second, cut) => {
        const half = written(first).slice(0, 1 + (cut % (written(first).length - 2)));
        expect(listen("", bytes(half + written(second))).lines).to.deep.equal([
          { kind: "bad" },
          { kind: "frame", frame: second },
        ]);
      }),
    ));
  it("reads the next line after noise of any length", () =>
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), frames, (noise, frame) => {
        const clean = noise.filter((byte) => byte !== 0x0a);
        expect(ofFrames(listen("", Buffer.concat([clean, bytes(written(frame))])).lines)).to.deep.equal([frame]);
      }),
    ));

  const sealed = (body: string) => bytes(`$${body}*${crc16(body).toString(16).toUpperCase().padStart(4, "0")}\n`);
  for (const [what, body] of [
    ["released with an open contact", "SB,1,1,R,10,20"],
    ["released with both contacts open", "SB,1,1,R,00,20"],
    ["a sequence number that is too large", "SB,1,65536,P,00,20"],
    ["an up-time that is too large", "SB,1,1,P,00,4294967296"],
    ["a negative number", "SB,1,-1,P,00,20"],
    ["a number with a leading zero", "SB,1,01,P,00,20"],
    ["an unknown state", "SB,1,1,X,00,20"],
    ["a field too many", "SB,1,1,P,00,20,1"],
    ["a field too few", "SB,1,1,P,00"],
    ["another device's sentence", "GPGGA,1,1,P,00,20"],
  ] as const)
    it(`refuses ${what}, however good its checksum`, () =>
      expect(listen("", sealed(body)).lines).to.deep.equal([{ kind: "bad" }]));
  it("knows another version of itself, to say so", () =>
    expect(listen("", sealed("SB,2,whatever")).lines).to.deep.equal([{ kind: "version", version: 2 }]));
});
