import { expect } from "chai";
import fc from "fast-check";
import { crc32c, eventFile, maskedCrc32c } from "../../../src/recording/tensorboard.ts";
import type { ScalarEvent } from "../../../src/recording/tensorboard.ts";

const ascii = (words: string) => new TextEncoder().encode(words);

/** A reader of the format's definition that shares nothing with the writer but the checksum, which has vectors of its own. */
function framesOf(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const frames: Uint8Array[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true));
    expect(view.getUint32(at + 8, true)).to.equal(maskedCrc32c(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(view.getUint32(at + 12 + length, true)).to.equal(maskedCrc32c(data));
    frames.push(data);
    at += 16 + length;
  }
  return frames;
}

type Field = { readonly number: number; readonly value: number | Uint8Array };
/** Protobuf's wire format, as far as events use it. */
function fieldsOf(message: Uint8Array): Field[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const varint = () => {
    let [value, weight] = [0, 1];
    for (;;) {
      const byte = message[at++]!;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
      weight *= 128;
    }
  };
  const fields: Field[] = [];
  while (at < message.length) {
    const key = varint();
    const number = key >> 3;
    if ((key & 7) === 0) fields.push({ number, value: varint() });
    else if ((key & 7) === 1) fields.push({ number, value: view.getFloat64((at += 8) - 8, true) });
    else if ((key & 7) === 5) fields.push({ number, value: view.getFloat32((at += 4) - 4, true) });
    else if ((key & 7) === 2) {
      const length = varint();
      fields.push({ number, value: message.slice(at, (at += length)) });
    } else throw new Error(`wire type ${key & 7}`);
  }
  return fields;
}
const field = (fields: Field[], number: number) => fields.find((f) => f.number === number)?.value;
const words = (value: Field["value"] | undefined) => new TextDecoder().decode(value as Uint8Array);

function eventsOf(file: Uint8Array): ScalarEvent[] {
  return framesOf(file)
    .slice(1)
    .map((frame) => {
      const event = fieldsOf(frame);
      const summary = fieldsOf(field(event, 5) as Uint8Array).map((value) => fieldsOf(value.value as Uint8Array));
      return {
        time: field(event, 1) as number,
        step: field(event, 2) as number,
        values: Object.fromEntries(summary.map((value) => [words(field(value, 1)), field(value, 2) as number])),
      };
    });
}

describe("a TensorBoard event file", () => {
  it("has the checksums of RFC 3720 for its test patterns", () => {
    expect(crc32c(new Uint8Array(32))).to.equal(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).to.equal(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).to.equal(0x46dd794e);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).to.equal(0x113fdb5c);
    expect(crc32c(ascii("123456789"))).to.equal(0xe3069283);
  });

  it("masks a checksum by a turn of 15 bits and the format's constant", () => {
    // By hand: 0xe3069283 turned right by 15 is 0x2507c60d; plus 0xa282ead8 is 0xc78ab0e5.
    expect(maskedCrc32c(ascii("123456789"))).to.equal(0xc78ab0e5);
  });

  it("begins with the version that every reader looks for", () => {
    const first = fieldsOf(framesOf(eventFile([], 1234.5))[0]!);
    expect(words(field(first, 3))).to.equal("brain.Event:2");
    expect(field(first, 1)).to.equal(1234.5);
  });

  it("is read back as what was written, whatever the tags, steps and numbers", () => {
    const value = fc.float({ noNaN: true, noDefaultInfinity: true });
    const event = fc.record({
      time: fc.double({ noNaN: true, noDefaultInfinity: true }),
      step: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      values: fc.dictionary(
        fc.string().filter((tag) => tag !== "__proto__"),
        value,
        { noNullPrototype: true },
      ),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        expect(eventsOf(eventFile(events, 0))).to.deep.equal(events);
      }),
    );
  });

  it("leaves out what is not finite, and keeps the rest of the step", () => {
    const file = eventFile([{ time: 1, step: 2, values: { a: NaN, b: 0.5, c: Infinity } }], 0);
    expect(eventsOf(file)).to.deep.equal([{ time: 1, step: 2, values: { b: 0.5 } }]);
  });
});
