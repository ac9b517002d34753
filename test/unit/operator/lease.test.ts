import { expect } from "chai";
import fc from "fast-check";
import { lease } from "../../../src/operator/lease.ts";

describe("the write lease (O3)", () => {
  it("goes to whoever commands first, and stays there", () => {
    const write = lease<string>(() => {});
    expect([write.claims("a"), write.claims("b"), write.claims("a")]).to.deep.equal([true, false, true]);
    expect(write.holder()).to.equal("a");
  });

  it("changes hands by an explicit take-over, which says from whom", () => {
    const write = lease<string>(() => {});
    write.claims("a");
    expect(write.takeOver("b")).to.equal("a");
    expect(write.takeOver("b")).to.equal(undefined);
    expect([write.claims("a"), write.claims("b")]).to.deep.equal([false, true]);
  });

  it("is free again when its holder leaves, and not when somebody else does", () => {
    const write = lease<string>(() => {});
    write.claims("a");
    write.release("b");
    expect(write.holder()).to.equal("a");
    write.release("a");
    expect(write.holder()).to.equal(undefined);
    expect(write.claims("b")).to.equal(true);
  });

  it("is held by one at most, whatever anybody does, and every change is told once", () => {
    const deed = fc.tuple(fc.constantFrom("claims", "takeOver", "release"), fc.constantFrom("a", "b", "c"));
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
        const told: (string | undefined)[] = [];
        const write = lease<string>((holder) => told.push(holder));
        for (const [act, who] of deeds) {
          const granted = write[act as "claims"](who);
          if (act === "claims") expect(granted).to.equal(write.holder() === who);
        }
        expect(told.every((holder, k) => holder !== (k === 0 ? undefined : told[k - 1]))).to.equal(true);
        expect(told.at(-1)).to.equal(write.holder());
      }),
    );
  });
});
