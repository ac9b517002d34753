import path from "node:path";
import { expect } from "chai";
import { appendGateEntry, readGateLog } from "../../launch/gateLog.ts";
import { logFile, promote, readPointer } from "../../launch/promotion.ts";
import type { LocatedEntry } from "../../launch/promotion.ts";
import { promotedWeights } from "../../launch/running/weights.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import { at, constantPolicy, fixture } from "./verbs.run.ts";

/** A gate whose first candidate drives in place of the incumbent, with a second one at hand. */
async function gate(folder: string, pairs = 0) {
  await fixture();
  const incumbent = await readBundle(at("bundle"));
  const first = await readBundle(await constantPolicy(`${folder}-first`, [0.1, 0.1]));
  const second = await readBundle(await constantPolicy(`${folder}-second`, [0.2, 0.1]));
  /** The gate's word on a candidate, as `onarm gate` writes it. */
  const passes = (candidate: Bundle, against: Bundle, verdict: "promote" | "refuse" = "promote") => {
    const entry: LocatedEntry = {
      ...{ time: new Date().toISOString(), verdict, reasons: ["better on validation tasks"] },
      ...{ incumbent: against.hash, candidate: candidate.hash },
      incumbentAt: path.relative(at(folder), against.directory),
      candidateAt: path.relative(at(folder), candidate.directory),
    };
    return appendGateEntry(logFile(at(folder)), entry);
  };
  await passes(first, incumbent);
  await promote(at(folder), first);
  const said: string[] = [];
  const weights = await promotedWeights(at(folder), { pairs, log: (line) => void said.push(line) });
  return { incumbent, first, second, passes, weights, said };
}
const short = ({ hash }: Bundle) => hash.slice(0, 12);
const drives = async (folder: string) => (await readPointer(at(folder)))!.current.hash;

describe("which weights drive a run, and who may change that", function () {
  this.timeout(60_000);

  it("are those the gate's pointer names; an operator may lead back to the ones before, and the log says who did", async () => {
    const { weights, incumbent, first } = await gate("back");
    expect(weights.plan(0).bundle.hash).to.equal(first.hash);
    expect(weights.view()).to.deep.include({ running: short(first), previous: short(incumbent) });
    expect(weights.accepts()).to.deep.equal(["roll-back"]);
    await weights.rollBack("operator 2");
    expect(weights.plan(1).bundle.hash).to.equal(incumbent.hash);
    expect(weights.view().running).to.equal(short(incumbent));
    expect(await drives("back")).to.equal(incumbent.hash);
    const { entries } = await readGateLog(logFile(at("back")));
    expect(entries.at(-1)).to.deep.include({ verdict: "rollback", reasons: ["rolled back by operator 2"] });
    expect(weights.accepts(), "the first that drove, and no candidate that may").to.deep.equal([]);
  });

  it("become a candidate that passed since, when an operator says so; until then it waits", async () => {
    const { weights, first, second, passes } = await gate("on");
    await passes(second, first);
    await weights.took(0, true);
    expect(weights.accepts()).to.deep.equal(["promote", "roll-back"]);
    expect(weights.plan(1).bundle.hash, "nobody said so yet").to.equal(first.hash);
    await weights.promote();
    expect(weights.plan(2).bundle.hash).to.equal(second.hash);
    expect(await drives("on")).to.equal(second.hash);
    expect(weights.view().verdicts.map(({ verdict }) => verdict)).to.deep.equal(["promote", "promote"]);
  });

  it("are compared again after such a promotion, with what drove before it", async () => {
    const { weights, first, second, passes } = await gate("again", 12);
    await passes(second, first);
    await weights.promote();
    expect([2, 3, 4].map((n) => weights.plan(n).bundle.hash)).to.deep.equal([second.hash, first.hash, second.hash]);
    expect(weights.verdict()!.verdict).to.equal("wait");
  });

  it("stay as they are where nothing has passed, or what passed was refused since", async () => {
    const { weights, first, second, passes } = await gate("no");
    const refusal = () =>
      weights.promote().then(
        () => "promoted",
        ({ message }: Error) => message,
      );
    expect(await refusal()).to.match(/no candidate that passed the gate waits/);
    await passes(second, first);
    await passes(second, first, "refuse");
    expect(await refusal()).to.match(/no candidate that passed the gate waits/);
    expect(weights.plan(1).bundle.hash).to.equal(first.hash);
  });
});
