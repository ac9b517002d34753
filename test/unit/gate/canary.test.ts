import { expect } from "chai";
import { canary } from "../../../src/gate/canary.ts";
import type { CanaryPair } from "../../../src/gate/canary.ts";
import { rng } from "../../../src/domain/rng.ts";

const rule = { pairs: 40 };
const only = (who: "incumbent" | "candidate"): CanaryPair => ({ incumbent: who === "incumbent", candidate: who === "candidate" });
const draw = (seed: number, n: number, incumbent: number, candidate: number): CanaryPair[] => {
  const r = rng("canary", seed);
  return Array.from({ length: n }, () => ({ incumbent: r.uniform() < incumbent, candidate: r.uniform() < candidate }));
};
/** Looked at after every pair, as in use. */
const followed = (pairs: readonly CanaryPair[]) => {
  for (let n = 1; n <= pairs.length; n++) {
    const { verdict } = canary(pairs.slice(0, n), rule);
    if (verdict !== "wait") return { verdict, n };
  }
  return { verdict: "wait" as const, n: pairs.length };
};

describe("The canary of promoted weights (T3)", () => {
  it("rolls back weights that fail wherever the old ones succeed, after eight such pairs", () => {
    const pairs = Array.from({ length: 40 }, () => only("incumbent"));
    expect(followed(pairs)).to.deep.equal({ verdict: "rollback", n: 8 });
  });

  it("keeps weights that do as well, after the pairs it was given", () => {
    const same = Array.from({ length: 40 }, (_, k) => ({ incumbent: k % 2 === 0, candidate: k % 2 === 0 }));
    expect(followed(same)).to.deep.equal({ verdict: "keep", n: 40 });
    expect(followed(Array.from({ length: 40 }, () => only("candidate"))).verdict).to.equal("keep");
  });

  it("does not forget what it has seen: late luck does not undo a rollback", () => {
    const pairs = [...Array.from({ length: 8 }, () => only("incumbent")), ...Array.from({ length: 8 }, () => only("candidate"))];
    expect(canary(pairs, rule).verdict).to.equal("rollback");
  });

  it("rolls back at most one in twenty candidates that are just as good, though it looks after every pair", () => {
    const back = Array.from({ length: 1000 }, (_, seed) => followed(draw(seed, 40, 0.6, 0.6))).filter(
      ({ verdict }) => verdict === "rollback",
    );
    expect(back.length).to.be.at.most(50);
  });

  it("rolls back nine in ten of those that lost all they could", () => {
    const back = Array.from({ length: 300 }, (_, seed) => followed(draw(seed, 40, 0.65, 0.05))).filter(
      ({ verdict }) => verdict === "rollback",
    );
    expect(back.length).to.be.at.least(270);
  });

  it("waits while nothing has been tried, and says what it has seen", () => {
    expect(canary([], rule)).to.include({ verdict: "wait", pairs: 0, evidence: 1 });
    expect(canary([only("incumbent"), only("candidate")], rule).reason).to.match(
      /alone failed 1 times and alone succeeded 1 times/,
    );
  });
});
