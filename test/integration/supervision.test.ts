import { expect } from "chai";
import { RESTARTS, supervised } from "../../launch/supervision.ts";
import { outcome } from "../contract/arm.contract.ts";
import { OnarmError } from "../../src/domain/errors.ts";

/** A process in name only, which ends when told to. */
const process_ = (n: number) => {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { n, ended, end };
};
const turn = () => new Promise((later) => setImmediate(later));

describe("supervision of processes", () => {
  const begun: ReturnType<typeof process_>[] = [];
  const told: string[] = [];
  const waits: number[] = [];
  const begin = async () => {
    begun.push(process_(begun.length));
    return begun.at(-1)!;
  };
  const wait = async (s: number) => void waits.push(s);
  const supervise = (name: keyof typeof RESTARTS, how = begin) => supervised(name, how, (line) => told.push(line), wait);
  beforeEach(() => {
    for (const list of [begun, told, waits]) list.length = 0;
  });

  it("brings back the page three times, each time after a longer wait, and then goes on without it", async () => {
    const page = await supervise("page");
    for (let k = 0; k < 4; k++) {
      expect(page.current()?.n).to.equal(k);
      begun.at(-1)!.end();
      await turn();
    }
    expect(page.current()).to.equal(undefined);
    expect(begun).to.have.length(4);
    expect(waits)
      .to.deep.equal([...waits].sort((a, b) => a - b))
      .and.to.have.length(3);
    expect(told).to.have.length(4);
    expect(told[0]).to.include("started again (1 of 3)");
    expect(told[3]).to.include("goes on without it");
  });
  it("never brings back what holds the arm, watches it or records it: that is for a person", async () => {
    for (const name of ["twin", "watchdog", "recorder", "trainer"] as const) {
      expect(RESTARTS[name]).to.equal(0);
      const it_ = await supervise(name);
      begun.at(-1)!.end();
      await turn();
      expect(it_.current()).to.equal(undefined);
    }
    expect(begun).to.have.length(4);
  });
  it("counts a beginning that fails as an end, and does not give up for one", async () => {
    let fails = 2;
    const page = await supervise("page", async () => {
      if (begun.length > 0 && fails-- > 0) throw new Error("no");
      return begin();
    });
    begun[0]!.end();
    await turn();
    expect(page.current()?.n).to.equal(1);
    expect(told).to.have.length(3);
  });
  it("passes on why the first beginning fails", async () => {
    const refuse = () => Promise.reject(new OnarmError("usage.invalid", "the port is taken"));
    expect(await outcome(supervise("page", refuse))).to.equal("usage.invalid");
  });
  it("says nothing and begins nothing when the end was wanted, also while it waits to begin again", async () => {
    const page = await supervise("page");
    page.release();
    begun[0]!.end();
    await turn();
    expect(begun).to.have.length(1);
    expect(told).to.deep.equal([]);

    let go!: () => void;
    const held = await supervised(
      "page",
      begin,
      () => {},
      () => new Promise<void>((resolve) => (go = resolve)),
    );
    begun.at(-1)!.end();
    await turn();
    held.release();
    go();
    await turn();
    expect(begun).to.have.length(2);
  });
});
