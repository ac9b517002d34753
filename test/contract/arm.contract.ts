import { expect } from "chai";
import { lastValueFrom, toArray } from "rxjs";
import type { ArmState, ArmStatus, JointCommand } from "../../src/domain/arm.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { seconds } from "../../src/domain/units.ts";
import type { Arm } from "../../src/ports/arm.ts";

export interface ArmBench {
  /** Enabled and at rest. */
  readonly arm: Arm;
  /** Lets about one control period of the arm's world pass. */
  tick(): void | Promise<void>;
}

/** The code with which `work` is refused, or "accepted". */
export const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "accepted",
    (error: unknown) => (isOnarmError(error) ? error.code : String(error)),
  );

/** What every arm promises. A new adapter is done when this passes; a broken promise is added here first. */
export function itKeepsTheArmContract(name: string, open: (() => Promise<ArmBench>) | undefined, why = "") {
  if (!open) return void it(`${name} as an arm: pending, ${why}`);
  describe(`${name} as an arm`, () => {
    let bench: ArmBench;
    beforeEach(async () => void (bench = await open()));
    afterEach(() => bench.arm.close());

    /** The next `n` states, however many periods they take. `each` is called before every period. */
    const see = async (n: number, each: () => void = () => {}): Promise<ArmState[]> => {
      const seen: ArmState[] = [];
      const listening = bench.arm.state$.subscribe((state) => seen.push(state));
      for (let periods = 0; seen.length < n && periods < 100 * n + 200; periods++) {
        each();
        await bench.tick();
      }
      listening.unsubscribe();
      expect(seen.length, "states").to.be.at.least(n);
      return seen;
    };
    const status = () => {
      let last: ArmStatus | undefined;
      bench.arm.status$.subscribe((it) => (last = it)).unsubscribe();
      return last!;
    };
    const velocity = (first: number): JointCommand => ({
      kind: "velocity",
      value: bench.arm.joints.map((_, i) => (i === 0 ? first : 0)),
      period: seconds(0.01),
    });
    const drive = (periods: number, speed = 0.2) => see(periods, () => void bench.arm.send(velocity(speed)).subscribe());
    const moved = (states: ArmState[]) => Math.abs(states.at(-1)!.position[0]! - states[0]!.position[0]!);

    it("names every joint once", () => {
      expect(bench.arm.joints.length).to.be.greaterThan(0);
      expect(new Set(bench.arm.joints).size).to.equal(bench.arm.joints.length);
    });
    it("reports one finite position, velocity and effort a joint", async () => {
      for (const { position, velocity: v, effort } of await see(3))
        for (const row of [position, v, effort]) {
          expect(row).to.have.length(bench.arm.joints.length);
          expect(row.every(Number.isFinite)).to.equal(true);
        }
    });
    it("stamps every state later than the one before", async () => {
      const stamps = (await see(5)).map(({ at }) => at);
      for (let i = 1; i < stamps.length; i++) expect(stamps[i]).to.be.greaterThan(stamps[i - 1]!);
    });
    it("replays no state to who comes late", async () => {
      await see(1);
      let early = 0;
      bench.arm.state$.subscribe(() => early++).unsubscribe();
      expect(early).to.equal(0);
    });
    it("tells a newcomer its status at once", () => expect(status()).to.include({ enabled: true, stopped: false, error: false }));

    it("answers a command with what was really sent, once", async () => {
      const command = velocity(0);
      expect(await lastValueFrom(bench.arm.send(command).pipe(toArray()))).to.deep.equal([command]);
    });
    it("follows a velocity, the joint by its place in `joints`", async () => {
      const states = await drive(30);
      expect(states.at(-1)!.position[0]! - states[0]!.position[0]!).to.be.within(0.005, 0.5);
      for (let i = 1; i < bench.arm.joints.length; i++)
        expect(states.at(-1)!.position[i]! - states[0]!.position[i]!).to.be.closeTo(0, 0.005);
      await drive(30, -0.2);
    });
    it("comes to rest by itself once velocities cease", async () => {
      await drive(10);
      await see(40);
      expect(moved(await see(10))).to.be.lessThan(1e-3);
      await drive(10, -0.2);
    });
    for (const [what, value] of [
      ["NaN", (n: number) => Array(n).fill(NaN)],
      ["too few numbers", (n: number) => Array(n - 1).fill(0)],
    ] as const)
      it(`refuses a command of ${what} and does not move`, async () => {
        const command = { ...velocity(0), value: value(bench.arm.joints.length) };
        expect(await outcome(lastValueFrom(bench.arm.send(command)))).to.equal("arm.refused");
        expect(moved(await see(5))).to.be.lessThan(1e-3);
      });

    it("can be halted twice", async () => {
      await bench.arm.halt();
      await bench.arm.halt();
      expect(status()).to.include({ stopped: true, enabled: false });
    });
    it("moves by no command once halted", async () => {
      await bench.arm.halt();
      expect(moved(await drive(20))).to.be.lessThan(0.01);
    });
    it("refuses to be reset when it is not stopped", async () =>
      expect(await outcome(bench.arm.reset())).to.equal("arm.refused"));
    it("refuses to be enabled while stopped", async () => {
      await bench.arm.halt();
      expect(await outcome(bench.arm.enable())).to.equal("arm.refused");
    });
    it("is disabled after a reset, and ignores commands", async () => {
      await bench.arm.halt();
      await bench.arm.reset();
      expect(status()).to.include({ stopped: false, enabled: false });
      expect(moved(await drive(20))).to.be.lessThan(0.01);
    });
    it("moves again after halt, reset and enable, and not before it is told to", async () => {
      await bench.arm.halt();
      await bench.arm.reset();
      await bench.arm.enable();
      expect(status()).to.include({ stopped: false, enabled: true });
      expect(moved(await see(10))).to.be.lessThan(0.005);
      expect(moved(await drive(30))).to.be.greaterThan(0.005);
      await drive(30, -0.2);
    });
    it("takes being enabled twice as being enabled", async () => {
      await bench.arm.enable();
      expect(status()).to.include({ enabled: true });
    });

    it("completes its streams when closed, twice without harm", async () => {
      let completed = 0;
      bench.arm.state$.subscribe({ complete: () => completed++ });
      bench.arm.status$.subscribe({ complete: () => completed++ });
      await bench.arm.close();
      await bench.arm.close();
      expect(completed).to.equal(2);
    });
    it("says that its link is lost when used after it was closed", async () => {
      await bench.arm.close();
      expect(await outcome(lastValueFrom(bench.arm.send(velocity(0))))).to.equal("link.lost");
      expect(await outcome(bench.arm.halt())).to.equal("link.lost");
    });
  });
}
