import { expect } from "chai";
import fc from "fast-check";
import { configHash } from "../../../src/config/hash.ts";

describe("the config hash", () => {
  it("is the sha-256 of canonical JSON", () => {
    // printf '{"a":[1,2.5],"b":{"c":null,"d":"x"}}' | sha256sum
    expect(configHash({ b: { d: "x", c: null }, a: [1, 2.5] })).to.equal(
      "ab2f6fb1e2aa216e2d9a6fa1a91810258d11de8b0963eaaba6c9b70eaf2b47a7",
    );
  });

  it("does not depend on the order in which keys were written, but on every value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(configHash(reversed)).to.equal(configHash(value));
        expect(configHash({ ...value, more: 1 })).to.not.equal(configHash({ ...value, more: 2 }));
      }),
    );
  });

  it("depends on the order of lists", () => {
    expect(configHash([1, 2])).to.not.equal(configHash([2, 1]));
  });

  it("refuses what canonical JSON cannot tell apart", () => {
    for (const odd of [NaN, Infinity, undefined, () => 1, 1n]) expect(() => configHash({ a: { b: [odd] } })).to.throw("a.b[0]");
    expect(() => configHash(NaN)).to.throw("the config: NaN");
    expect(configHash({ a: undefined })).to.equal(configHash({}));
  });
});
