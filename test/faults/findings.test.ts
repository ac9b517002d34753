import { expect } from "chai";
import { finding, together } from "../../launch/drill/finding.ts";
import type { Finding } from "../../launch/drill/finding.ts";
import { inTicks, pending, that, within } from "../../launch/drill/row.ts";
import type { Row } from "../../launch/drill/row.ts";
import { tryRow } from "../../launch/drill/try.ts";

const row: Row = {
  harmless: false,
  lockstep: false,
  run: () => Promise.resolve(pending("never")),
  id: "L1",
  fault: "something",
  reaction: "hold",
  bound: "60 ms",
  group: "link",
  boundMs: 60,
};

describe("a finding of the drill", () => {
  it("is ok only when everything promised was seen in time", () => {
    expect(finding(row, [within("hold", 59.9, 60), that("at rest", true)])).to.include({ ok: true, ms: 59.9, boundMs: 60 });
    for (const missing of [within("hold", 60.1, 60), within("hold", NaN, 60), inTicks("hold", 2, 1), inTicks("hold", NaN, 1)])
      expect(finding(row, [that("at rest", true), missing]).ok, missing.what).to.equal(false);
    expect(finding(row, [within("hold", 10, 60), that("at rest", false, "it moves")])).to.deep.include({
      ok: false,
      reason: "not seen: at rest, but it moves",
    });
    expect(finding(row, []).ok).to.equal(false);
  });

  it("tells the time that comes nearest to its bound", () => {
    expect(finding(row, [within("hold", 40, 60), within("rest", 900, 1000)])).to.include({ ms: 900, boundMs: 1000 });
    expect(finding(row, [within("hold", 55, 60), within("rest", 100, 1000)])).to.include({ ms: 55, boundMs: 60 });
  });

  it("is never true for what could not be tried, and says why", () => {
    expect(finding(row, pending("no such thing"))).to.include({ ok: null, ms: null, reason: "no such thing" });
  });

  it("is a failure, with the reason, when the trial itself breaks", async () => {
    const broken = { ...row, run: () => Promise.reject(new Error("the bench fell over")) };
    const found = await tryRow(broken, { time: "lockstep", seed: 1, signal: new AbortController().signal });
    expect(found.ok).to.equal(false);
    expect(found.reason).to.include("the bench fell over");
  });

  it("of many tries is the worst of them", () => {
    const found = (ok: boolean | null, ms: number): Finding => ({ ...finding(row, [within("hold", ms, 60)]), ok });
    expect(together([found(true, 10), found(true, 58), found(true, 20)])).to.include({ ok: true, ms: 58, passes: "3/3" });
    expect(together([found(true, 10), found(false, 70), found(true, 20)])).to.include({ ok: false, ms: 70, passes: "2/3" });
  });
});
