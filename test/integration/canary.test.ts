import { expect } from "chai";
import { canaryDrive } from "../../launch/canaryDrive.ts";
import { appendGateEntry, readGateLog } from "../../launch/gateLog.ts";
import { logFile, promote, readPointer } from "../../launch/promotion.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import { at, constantPolicy, fixture } from "./verbs.run.ts";

/** A gate that has just let a candidate drive in place of an incumbent. */
async function promoted(folder: string) {
  await fixture();
  const incumbent = await readBundle(at("bundle"));
  const candidate = await readBundle(await constantPolicy(`${folder}-candidate`, [0.1, 0.1]));
  const word = { time: new Date().toISOString(), verdict: "promote" as const, reasons: ["better on validation tasks"] };
  await appendGateEntry(logFile(at(folder)), {
    ...word,
    incumbent: incumbent.hash,
    candidate: candidate.hash,
    ...{ incumbentAt: "../bundle" },
  });
  await promote(at(folder), candidate);
  const said: string[] = [];
  const trial = canaryDrive({ folder: at(folder), candidate, incumbent, pairs: 12, log: (line) => void said.push(line) });
  return { incumbent, candidate, trial, said };
}

describe("T3: weights that turn out worse after promotion", function () {
  this.timeout(60_000);

  it("are tried in turns with what drove before, on the same scenes", async () => {
    const { trial, incumbent, candidate } = await promoted("turns");
    const plan = [0, 1, 2, 3].map((n) => trial.plan(n));
    expect(plan.map(({ scene }) => scene)).to.deep.equal([0, 0, 1, 1]);
    expect(plan.map(({ bundle }) => bundle)).to.deep.equal([candidate, incumbent, candidate, incumbent]);
  });

  it("are rolled back by themselves: the pointer names the old ones, the log says why, and they drive alone", async () => {
    const { trial, incumbent, candidate, said } = await promoted("worse");
    let n = 0;
    for (; trial.verdict().verdict === "wait"; n++) await trial.took(n, trial.plan(n).bundle === incumbent);
    expect(n).to.equal(16);
    expect((await readPointer(at("worse")))!.current.hash).to.equal(incumbent.hash);
    const { entries } = await readGateLog(logFile(at("worse")));
    expect(entries.at(-1)).to.include({ verdict: "rollback", candidate: candidate.hash });
    expect(entries.at(-1)!.reasons.join()).to.match(/canary: worse/);
    expect(said.join("\n")).to.match(/rolled back/);
    expect(trial.plan(99)).to.deep.equal({ bundle: incumbent, scene: 99 });
  });

  it("stay when they do no worse, and drive alone from then on", async () => {
    const { trial, candidate } = await promoted("good");
    let n = 0;
    for (; trial.verdict().verdict === "wait"; n++) await trial.took(n, n % 3 === 0);
    expect(n).to.equal(24);
    expect((await readPointer(at("good")))!.current.hash).to.equal(candidate.hash);
    expect(trial.plan(99)).to.deep.equal({ bundle: candidate, scene: 99 });
  });
});
