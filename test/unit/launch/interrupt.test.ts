import { EventEmitter } from "node:events";
import { expect } from "chai";
import { interruptsFrom } from "../../../launch/interrupt.ts";

function rig() {
  const source = new EventEmitter();
  const time = { ms: 0 };
  const said: string[] = [];
  let left = 0;
  const interrupts = interruptsFrom(
    source,
    () => time.ms,
    (line) => said.push(line),
    () => left++,
  );
  return { source, time, said, interrupts, left: () => left };
}

describe("interruption", () => {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"])
    it(`aborts once on ${name}, says so, and runs the hooks`, async () => {
      const { source, said, interrupts, left } = rig();
      const ran: string[] = [];
      interrupts.onInterrupt(() => void ran.push("a"));
      interrupts.onInterrupt(async () => void ran.push("b"));
      source.emit(name, name);
      await interrupts.settled();
      expect(interrupts.signal.aborted).to.equal(true);
      expect(ran).to.deep.equal(["a", "b"]);
      expect(said).to.have.length(1);
      expect(left()).to.equal(0);
    });

  it("takes npm's copy of the same Ctrl-C for one key press, and a later one for the second", () => {
    const { source, time, left } = rig();
    source.emit("SIGINT", "SIGINT");
    time.ms = 20;
    source.emit("SIGINT", "SIGINT");
    expect(left()).to.equal(0);
    time.ms = 900;
    source.emit("SIGINT", "SIGINT");
    expect(left()).to.equal(1);
  });

  it("takes another signal for the second at once", () => {
    const { source, left } = rig();
    source.emit("SIGINT", "SIGINT");
    source.emit("SIGTERM", "SIGTERM");
    expect(left()).to.equal(1);
  });

  it("waits for a hook that takes its time, and runs one that comes late", async () => {
    const { source, interrupts } = rig();
    let finish = () => {};
    let late = false;
    interrupts.onInterrupt(() => new Promise<void>((resolve) => (finish = resolve)));
    source.emit("SIGTERM", "SIGTERM");
    interrupts.onInterrupt(() => void (late = true));
    let settled = false;
    const waiting = interrupts.settled().then(() => (settled = true));
    await Promise.resolve();
    await new Promise(setImmediate);
    expect(late).to.equal(true);
    expect(settled).to.equal(false);
    finish();
    await waiting;
  });

  it("lets no failing hook keep the others from running", async () => {
    const { source, said, interrupts } = rig();
    let ran = false;
    interrupts.onInterrupt(() => {
      throw new Error("no disk");
    });
    interrupts.onInterrupt(() => void (ran = true));
    source.emit("SIGINT", "SIGINT");
    await interrupts.settled();
    expect(ran).to.equal(true);
    expect(said.join()).to.include("no disk");
  });
});
