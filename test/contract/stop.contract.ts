import { expect } from "chai";
import type { StopSignal } from "../../src/ports/stop.ts";
import type { Stop } from "../../src/ports/stop.ts";

export interface StopBench {
  /** Open, plugged in and not pressed. */
  readonly stop: Stop;
  press(): void;
  release(): void;
  /** What becomes of the line: it is `well`, says nothing, or says what nobody can read. */
  line(is: "well" | "silent" | "noisy"): void;
  unplug(): void | Promise<void>;
  plug(): void | Promise<void>;
  /** Lets a little of the device's time pass. */
  tick(): Promise<void>;
}

/** What every stop device promises. A new adapter is done when this passes; a broken promise is added here first. */
export function itKeepsTheStopContract(
  name: string,
  open: ((context: Mocha.Context) => Promise<StopBench>) | undefined,
  why = "",
) {
  if (!open) return void it(`${name} as a stop: pending, ${why}`);
  describe(`${name} as a stop`, () => {
    let bench: StopBench;
    let heard: StopSignal[];
    let ends: string[];
    beforeEach(async function () {
      bench = await open(this);
      [heard, ends] = [[], []];
      bench.stop.signal$.subscribe({
        next: (signal) => heard.push(signal),
        error: () => ends.push("error"),
        complete: () => ends.push("complete"),
      });
    });
    afterEach(() => bench?.stop.close());

    const words = () => heard.map(({ is }) => is);
    /** Waits for a word; the test's own time-out is the bound. */
    const see = async (is: StopSignal["is"], from = heard.length) => {
      while (!words().slice(from).includes(is)) await bench.tick();
    };
    const seeAfter = async (is: StopSignal["is"], deed: () => void | Promise<void>) => {
      const from = heard.length;
      await deed();
      await see(is, from);
    };

    it("has a name", () => expect(bench.stop.name).to.match(/\w/));
    it("tells a newcomer at once what it says last", async () => {
      expect(words()).to.deep.equal(["released"]);
      await seeAfter("pressed", () => bench.press());
      const late: string[] = [];
      bench.stop.signal$.subscribe(({ is }) => late.push(is)).unsubscribe();
      expect(late).to.deep.equal(["pressed"]);
    });
    it("tells of a press, and of the release as a release alone", async () => {
      await seeAfter("pressed", () => bench.press());
      await seeAfter("released", () => bench.release());
      expect(words()).to.deep.equal(["released", "pressed", "released"]);
    });
    for (const [how, is] of [
      ["silent", "silent"],
      ["noisy", "garbled"],
    ] as const)
      it(`says ${is} when the line is ${how}, and goes on when it is well again`, async () => {
        await seeAfter(is, () => bench.line(how));
        await seeAfter("released", () => bench.line("well"));
        expect(words().slice(0, 2)).to.deep.equal(["released", is]);
        expect(words().filter((word) => word === "released")).to.have.length(2);
      });
    it("says lost when it is unplugged, and finds the device again by itself", async () => {
      await seeAfter("lost", () => bench.unplug());
      await seeAfter("released", () => bench.plug());
      expect(words().slice(0, 2)).to.deep.equal(["released", "lost"]);
      expect(words().filter((word) => word === "released")).to.have.length(2);
    });
    it("comes back pressed when it was pressed while it was away", async () => {
      await seeAfter("lost", () => bench.unplug());
      await seeAfter("pressed", async () => {
        bench.press();
        await bench.plug();
      });
      expect(words().filter((word) => word === "released")).to.have.length(1);
    });
    it("speaks only when something changed, and stamps it", async () => {
      await seeAfter("pressed", () => bench.press());
      for (let i = 0; i < 10; i++) await bench.tick();
      await seeAfter("released", () => bench.release());
      for (let i = 1; i < heard.length; i++) {
        expect(heard[i]!.is).to.not.equal(heard[i - 1]!.is);
        expect(heard[i]!.at).to.be.at.least(heard[i - 1]!.at);
      }
    });
    it("completes when it is closed, and tells nothing to who comes later", async () => {
      await bench.stop.close();
      const late: string[] = [];
      bench.stop.signal$.subscribe({ next: ({ is }) => late.push(is), complete: () => late.push("complete") });
      expect([ends, late]).to.deep.equal([["complete"], ["complete"]]);
    });
    it("may be closed twice, and while it is lost", async () => {
      await seeAfter("lost", () => bench.unplug());
      await bench.stop.close();
      await bench.stop.close();
      expect(ends).to.deep.equal(["complete"]);
    });
  });
}
