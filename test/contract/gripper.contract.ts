import { expect } from "chai";
import { filter, firstValueFrom } from "rxjs";
import { metres, newtons } from "../../src/domain/units.ts";
import type { Gripper, GripperState } from "../../src/ports/gripper.ts";
import { outcome } from "./arm.contract.ts";

export interface GripperBench {
  /** Connected, not calibrated, open, nothing between its fingers. */
  readonly gripper: Gripper;
  /** Commands it took that move its fingers or stop them, and calibrations among them. */
  asked(): number;
  calibrations(): number;
  /** Puts a thing of this width between the fingers, or takes it away. */
  put(width: number | undefined): void;
  /** It hears nothing and says nothing. */
  mute(is: boolean): void;
  /** It finds something wrong with itself. */
  fail(): void;
  powerCycle(): void;
  cut(): void | Promise<void>;
  /** How near it comes to a width. */
  readonly tolerance: number;
}

/** What every gripper promises. A new adapter is done when this passes; a broken promise is added here first. */
export function itKeepsTheGripperContract(name: string, open: (context: Mocha.Context) => Promise<GripperBench>) {
  describe(`${name} as a gripper`, () => {
    let bench: GripperBench;
    beforeEach(async function () {
      bench = await open(this);
    });
    afterEach(() => bench?.gripper.close());

    const seen = (good: (state: GripperState) => boolean) => firstValueFrom(bench.gripper.state$.pipe(filter(good)));
    const share = (of: number) => {
      const [closed, wide] = bench.gripper.range;
      return metres(closed + of * (wide - closed));
    };
    const calibrated = async () => {
      await bench.gripper.calibrate();
      return bench.gripper;
    };

    it("has a name and a range", () => {
      expect(bench.gripper.name).to.match(/\w/);
      expect(bench.gripper.range[0]).to.be.at.least(0).and.below(bench.gripper.range[1]);
    });
    it("tells a newcomer its state at once, not ready before it is calibrated", () => {
      const states: GripperState[] = [];
      bench.gripper.state$.subscribe((state) => states.push(state)).unsubscribe();
      expect(states).to.have.length(1);
      expect(states[0]).to.include({ ready: false, holding: false, moving: false });
    });
    it("moves nothing before it is calibrated", async () => {
      expect(await outcome(bench.gripper.move(share(0.5)))).to.equal("gripper.failed");
      expect(bench.asked()).to.equal(0);
    });
    it("is ready when it is calibrated, and is calibrated once", async () => {
      await bench.gripper.calibrate();
      await bench.gripper.calibrate();
      expect(await seen(() => true)).to.include({ ready: true, moving: false });
      expect(bench.calibrations()).to.equal(1);
    });
    it("moves to a gap and comes to rest there", async () => {
      const gripper = await calibrated();
      for (const of of [0, 1, 0.5]) {
        const state = await gripper.move(share(of));
        expect(state.width).to.be.closeTo(share(of), bench.tolerance);
        expect(state).to.include({ moving: false, holding: false });
      }
    });
    it("is content with a gap that it has already", async () => {
      const gripper = await calibrated();
      await gripper.move(share(0.5));
      expect((await gripper.move(share(0.5))).width).to.be.closeTo(share(0.5), bench.tolerance);
    });
    it("is seen moving on the way", async () => {
      const gripper = await calibrated();
      const moving = seen((state) => state.moving && state.ready);
      await gripper.move(share(0));
      expect((await moving).ready).to.equal(true);
    });
    it("holds what it closes on, and lets it go", async () => {
      const gripper = await calibrated();
      bench.put(share(0.4));
      const held = await gripper.move(share(0), newtons(20));
      expect(held).to.include({ holding: true, moving: false });
      expect(held.width).to.be.closeTo(share(0.4), bench.tolerance);
      expect((await gripper.move(share(0))).holding, "told so once more").to.equal(true);
      const free = await gripper.move(share(1));
      expect(free).to.include({ holding: false });
      expect(free.width).to.be.closeTo(share(1), bench.tolerance);
    });
    it("gives up one deed for the next, and says so", async () => {
      const gripper = await calibrated();
      const first = outcome(gripper.move(share(0)));
      await seen(({ moving }) => moving);
      const second = await gripper.move(share(0.8));
      expect(await first).to.equal("interrupted");
      expect(second.width).to.be.closeTo(share(0.8), bench.tolerance);
    });
    it("halts where it is, and moves again when it is told to", async () => {
      const gripper = await calibrated();
      const deed = outcome(gripper.move(share(0)));
      await seen(({ moving, width }) => moving && width < share(0.9));
      await gripper.halt();
      expect(await deed).to.equal("interrupted");
      expect((await seen(({ moving }) => !moving)).width).to.be.greaterThan(share(0.05));
      expect((await gripper.move(share(0.2))).width).to.be.closeTo(share(0.2), bench.tolerance);
    });
    it("goes on holding when it is halted", async () => {
      const gripper = await calibrated();
      bench.put(share(0.4));
      await gripper.move(share(0));
      const before = bench.asked();
      await gripper.halt();
      expect(bench.asked()).to.equal(before);
      expect((await seen(() => true)).holding).to.equal(true);
    });
    it("refuses a gap that it cannot take, and NaN, without asking the device", async () => {
      const gripper = await calibrated();
      const before = bench.asked();
      for (const width of [-0.01, gripper.range[1] + 0.01, NaN, Infinity])
        expect(await outcome(gripper.move(metres(width))), String(width)).to.equal("gripper.failed");
      expect(bench.asked()).to.equal(before);
    });
    it("S4: fails when it does not answer, and works again when it does", async () => {
      const gripper = await calibrated();
      bench.mute(true);
      expect(await outcome(gripper.move(share(0)))).to.equal("gripper.failed");
      bench.mute(false);
      expect((await gripper.move(share(0.5))).width).to.be.closeTo(share(0.5), bench.tolerance);
    });
    it("S4: fails at once when it reports an error, tells of it, and is asked no more", async () => {
      const gripper = await calibrated();
      const deed = outcome(gripper.move(share(0)));
      // By then all that belongs to the deed has been said, also over a wire.
      await seen(({ moving, width }) => moving && width < share(0.8));
      const before = bench.asked();
      bench.fail();
      expect(await deed).to.equal("gripper.failed");
      expect((await seen(({ fault }) => fault !== undefined)).fault).to.match(/\w/);
      expect(bench.asked()).to.equal(before);
    });
    it("is not ready after its power was gone, and does not calibrate by itself", async () => {
      const gripper = await calibrated();
      const deed = outcome(gripper.move(share(0)));
      await seen(({ moving }) => moving);
      bench.powerCycle();
      expect(await deed).to.equal("gripper.failed");
      await seen(({ ready }) => !ready);
      expect(await outcome(gripper.move(share(0.5)))).to.equal("gripper.failed");
      expect(bench.calibrations()).to.equal(1);
      await gripper.calibrate();
      expect((await gripper.move(share(0.5))).width).to.be.closeTo(share(0.5), bench.tolerance);
    });
    it("says link.lost when it is cut off, to its listeners and to who waits", async () => {
      const gripper = await calibrated();
      const heard = outcome(new Promise((_, reject) => gripper.state$.subscribe({ error: reject })));
      const deed = outcome(gripper.move(share(0)));
      await seen(({ moving }) => moving);
      await bench.cut();
      expect([await heard, await deed]).to.deep.equal(["link.lost", "link.lost"]);
      expect(await outcome(gripper.move(share(1)))).to.equal("link.lost");
    });
    it("completes when it is closed, ends what is under way, and may be closed twice", async () => {
      const gripper = await calibrated();
      let ends = 0;
      gripper.state$.subscribe({ complete: () => ends++ });
      const deed = outcome(gripper.move(share(0)));
      await gripper.close();
      await gripper.close();
      expect([ends, await deed]).to.deep.equal([1, "interrupted"]);
    });
  });
}
