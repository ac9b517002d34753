import { expect } from "chai";
import fc from "fast-check";
import { EngineError } from "../../../src/engine/engine.ts";
import { decodeSafetensors, encodeSafetensors, type TensorData, type TensorFile } from "../../../src/engine/safetensors.ts";

const WHERE = "weights.safetensors";
const file = (): TensorFile => ({
  tensors: {
    flags: { shape: [3], data: Uint8Array.of(1, 2, 3) },
    w0: { shape: [2, 2], data: Float32Array.of(1, -2.5, 0, 3e7) },
    step: { shape: [], data: Int32Array.of(-7) },
  },
  metadata: { format: "onarm", seed: "7" },
});
/** A file with this header text and this many bytes of data. */
const written = (header: string | Uint8Array, data: number, announced?: bigint): Uint8Array => {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, announced ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
};
const refused = (bytes: Uint8Array): EngineError => {
  try {
    decodeSafetensors(bytes, WHERE);
  } catch (error) {
    expect(error).to.be.instanceOf(EngineError);
    expect((error as EngineError).code).to.equal("file.damaged");
    expect((error as EngineError).message).to.include(WHERE);
    return error as EngineError;
  }
  throw new Error("the file was read");
};

const data = fc.oneof(
  fc.float32Array({ maxLength: 12 }),
  fc.int32Array({ maxLength: 12 }),
  fc.uint8Array({ maxLength: 12 }),
) as fc.Arbitrary<TensorData>;
const tensor = data.chain((values) => {
  const n = values.length;
  const shapes: number[][] = [[n], [1, n], [n, 1, 1], ...(n === 1 ? [[]] : [])];
  return fc.constantFrom(...shapes).map((shape) => ({ shape, data: values }));
});
const anyFile: fc.Arbitrary<TensorFile> = fc.record({
  tensors: fc.dictionary(fc.string({ unit: "binary" }).filter((name) => name !== "__metadata__"), tensor), // prettier-ignore
  metadata: fc.dictionary(fc.string(), fc.string()),
});
const plain = ({ tensors, metadata }: TensorFile) => ({
  tensors: Object.entries(tensors).map(([name, { shape, data }]) => [name, shape, data.constructor.name, [...data]]).sort(), // prettier-ignore
  metadata: Object.entries(metadata).sort(),
});

describe("A safetensors file", () => {
  it("gives back what was put in, whatever the names, shapes and values", () => {
    fc.assert(
      fc.property(anyFile, (content) => {
        const read = decodeSafetensors(encodeSafetensors(content), WHERE);
        expect(plain(read)).to.deep.equal(plain(content));
        return Object.getPrototypeOf(read.tensors) === Object.prototype;
      }),
    );
  });

  it("is laid out as the public format says: header length, JSON, aligned data without gaps", () => {
    const bytes = encodeSafetensors(file());
    const view = new DataView(bytes.buffer);
    const length = Number(view.getBigUint64(0, true));
    expect(length % 8).to.equal(0);
    const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
    expect(text[0]).to.equal("{");
    expect(JSON.parse(text)).to.deep.equal({
      __metadata__: { format: "onarm", seed: "7" },
      w0: { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] },
      step: { dtype: "I32", shape: [], data_offsets: [16, 20] },
      flags: { dtype: "U8", shape: [3], data_offsets: [20, 23] },
    });
    const at = 8 + length;
    expect(bytes.length).to.equal(at + 23);
    expect(view.getFloat32(at + 4, true)).to.equal(-2.5);
    expect(view.getInt32(at + 16, true)).to.equal(-7);
    expect([...bytes.subarray(at + 20)]).to.deep.equal([1, 2, 3]);
  });

  it("is read from a Buffer at any offset into arrays of its own", () => {
    const bytes = encodeSafetensors(file());
    for (let offset = 0; offset < 9; offset++) {
      const outer = Buffer.alloc(bytes.length + 16);
      outer.set(bytes, offset);
      const read = decodeSafetensors(outer.subarray(offset, offset + bytes.length), WHERE);
      outer.fill(0xff);
      expect(plain(read)).to.deep.equal(plain(file()));
    }
  });

  it("written by another program, with other order and no padding, is read", () => {
    const header = `{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"shape":[1],"dtype":"F32","data_offsets":[1,5]}}`;
    const bytes = written(header, 5);
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, 1.5, true);
    const { tensors, metadata } = decodeSafetensors(bytes, WHERE);
    expect([...tensors["a"]!.data]).to.deep.equal([1.5]);
    expect(metadata).to.deep.equal({});
  });

  it("is refused when it is cut short at any byte, or longer than it says", () => {
    const bytes = encodeSafetensors(file());
    for (let length = 0; length < bytes.length; length++) refused(bytes.subarray(0, length));
    refused(Uint8Array.of(...bytes, 0));
  });

  it("with any bytes of its header changed is read or refused, never anything else", () => {
    const bytes = encodeSafetensors(file());
    const length = bytes.length - 23;
    const change = fc.tuple(fc.nat({ max: length - 1 }), fc.nat({ max: 255 }));
    let refusals = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const broken = bytes.slice();
        for (const [at, value] of changes) broken[at] = value;
        try {
          decodeSafetensors(broken, WHERE);
        } catch (error) {
          refusals++;
          return error instanceof EngineError && error.code === "file.damaged";
        }
        return true;
      }),
      { numRuns: 2000 },
    );
    expect(refusals).to.be.greaterThan(1000);
  });

  it("of any bytes at all is read or refused, never anything else", () => {
    const entry = fc.record(
      { dtype: fc.oneof(fc.constantFrom("F32", "U8", "BF16", "toString"), fc.jsonValue()), shape: fc.jsonValue(), data_offsets: fc.jsonValue() }, // prettier-ignore
      { requiredKeys: [] },
    );
    const header = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom("a", "__metadata__", "__proto__"), fc.oneof(entry, fc.jsonValue())),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          header.map((h) => written(JSON.stringify(h), 4)),
        ),
        (bytes) => {
          try {
            decodeSafetensors(bytes, WHERE);
          } catch (error) {
            return error instanceof EngineError && error.code === "file.damaged";
          }
          return true;
        },
      ),
      { numRuns: 500 },
    );
  });

  const one = (entry: object): string => JSON.stringify({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4], ...entry } });
  const damages: [title: string, bytes: Uint8Array, says: RegExp][] = [
    ["announces a huge header", written("{}", 0, 2n ** 63n), /header of 9223372036854775808 bytes/],
    ["announces a header longer than itself", written("{}", 0, 3n), /header of 3 bytes and holds 2/],
    ["has a header that is not JSON", written("{,}", 0), /not JSON/],
    ["has a header that is not UTF-8", written(Uint8Array.of(0x22, 0xff, 0x22), 0), /not JSON/],
    ["has a header nested without end", written("[".repeat(200_000), 0), /not JSON/],
    ["has a list for a header", written("[]", 0), /not an object/],
    ["has metadata that are not strings", written(`{"__metadata__":{"a":1}}`, 0), /metadata/],
    ["has an element type we do not know", written(one({ dtype: "BF16" }), 4), /"w".*BF16/],
    ["has an element type that is no text", written(one({ dtype: { toString: 1 } }), 4), /"w".*element type/],
    ["has a negative size", written(one({ shape: [-1] }), 4), /"w".*shape/],
    ["has a fractional size", written(one({ shape: [0.5, 2] }), 4), /"w".*shape/],
    ["has a shape beyond all numbers", written(one({ shape: Array(40).fill(2 ** 52) }), 4), /"w" needs/],
    ["has a shape that does not fit its span", written(one({ shape: [2] }), 4), /"w" needs 8 bytes/],
    ["has offsets beyond its end", written(one({ data_offsets: [4, 8] }), 4), /begin at byte 4/],
    ["has offsets that run backwards", written(one({ data_offsets: [4, 0] }), 4), /"w" needs 4/],
    ["has three offsets", written(one({ data_offsets: [0, 4, 8] }), 4), /data_offsets/],
    ["has bytes of no tensor", written(one({}), 8), /need 4 bytes.*holds 8/],
    ["has tensors that overlap", written(`{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}`, 4), /"b" begin at byte 2/], // prettier-ignore
    ["has the same tensor twice", written(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}`, 4), /"a" begin at byte 2/], // prettier-ignore
  ];
  for (const [title, bytes, says] of damages)
    it(`is refused when it ${title}`, () => {
      expect(refused(bytes).message).to.match(says);
    });

  it("is not written when a shape does not fit its data or a name is the format's own", () => {
    const wrong = { shape: [3], data: Float32Array.of(1) };
    expect(() => encodeSafetensors({ tensors: { w: wrong }, metadata: {} })).to.throw(EngineError, /"w".*\[3\].*holds 1/);
    const right = { shape: [1], data: Float32Array.of(1) };
    expect(() => encodeSafetensors({ tensors: { __metadata__: right }, metadata: {} })).to.throw(EngineError, /__metadata__/);
  });
});
