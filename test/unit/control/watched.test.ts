import { expect } from "chai";
import { FROZEN_AFTER, HUNG_AFTER, watched } from "../../../src/control/watched.ts";
import type { Inference } from "../../../src/control/watched.ts";
import type { OnarmError } from "../../../src/domain/errors.ts";
import { seconds } from "../../../src/domain/units.ts";
import type { Clock } from "../../../src/ports/clock.ts";

/** Time that passes in steps of 10 ms while it is awaited. */
function handClock() {
  let now = 0;
  const clock = {
    now: () => seconds(now),
    period: seconds(0.01),
    run: async (done: () => boolean) => {
      do now += 0.01;
      while (!done());
    },
  } as unknown as Clock;
  return { clock, now: () => now };
}
const seen = (x: number) => Float32Array.of(x, 0);
const action = Float32Array.of(0.5);

function rig(first: Inference, again: () => Promise<Inference> = () => Promise.reject(new Error("no bundle"))) {
  const told: string[] = [];
  const { clock, now } = handClock();
  const policy = watched(first, {
    clock,
    frozen: () => void told.push("frozen"),
    rebuild: async () => {
      told.push("rebuild");
      return again();
    },
    failed: () => void told.push("failed"),
  });
  return { policy, told, now };
}

describe("A policy that is watched", () => {
  it("P3: is flagged when it answers five different observations with the very same output before squashing", async () => {
    const { policy, told } = rig({ act: () => action, preSquash: () => [3, 1] });
    for (let k = 0; k < FROZEN_AFTER - 1; k++) await policy(seen(k), k);
    expect(told).to.deep.equal([]);
    await policy(seen(99), 9);
    expect(told).to.deep.equal(["frozen"]);
    await policy(seen(100), 10);
    expect(told).to.deep.equal(["frozen"]);
  });

  it("P3: is not flagged while the observation is the same one, nor when saturated actions hide a live output", async () => {
    let k = 0;
    const same = rig({ act: () => action, preSquash: () => [3, 1] });
    for (let t = 0; t < 50; t++) await same.policy(seen(1), t);
    const live = rig({ act: () => Float32Array.of(1), preSquash: () => [20 + 1e-6 * k++, 1] });
    for (let t = 0; t < 50; t++) await live.policy(seen(t), t);
    expect([same.told, live.told]).to.deep.equal([[], []]);
  });

  it("P3: is not flagged for steps in which it was not asked, as on the way home between two tries", async () => {
    let asked = true;
    const { policy, told } = rig({ act: () => action, preSquash: () => (asked ? [3, 1] : undefined) });
    for (let k = 0; k < FROZEN_AFTER - 1; k++) await policy(seen(k), k);
    asked = false;
    for (let k = 10; k < 50; k++) await policy(seen(k), k);
    expect(told).to.deep.equal([]);
    asked = true;
    await policy(seen(99), 99);
    expect(told).to.deep.equal(["frozen"]);
  });

  it("costs no time of the clock when it answers at once, as a value or as a promise", async () => {
    const { policy, now } = rig({ act: async () => action });
    expect(await policy(seen(0), 0)).to.equal(action);
    expect(now()).to.equal(0);
  });

  it("P4: hung, is made anew from its bundle once and goes on", async () => {
    const { policy, told, now } = rig({ act: () => new Promise(() => {}) }, async () => ({ act: () => action }));
    expect(await policy(seen(0), 0)).to.equal(action);
    expect(told).to.deep.equal(["rebuild"]);
    expect(now()).to.be.closeTo(HUNG_AFTER, 0.011);
    expect(await policy(seen(1), 1)).to.equal(action);
  });

  it("P4: hung twice, has the arm stopped within 2 s", async () => {
    const hung: Inference = { act: () => new Promise(() => {}) };
    const { policy, told, now } = rig(hung, async () => hung);
    const error = await Promise.resolve(policy(seen(0), 0)).catch((e: OnarmError) => e);
    expect(error).to.include({ code: "policy.late" });
    expect(told).to.deep.equal(["rebuild", "failed"]);
    expect(now()).to.be.below(2);
  });

  it("P4: that cannot be made anew has the arm stopped", async () => {
    const { policy, told } = rig({ act: () => new Promise(() => {}) });
    const error = await Promise.resolve(policy(seen(0), 0)).catch((e: OnarmError) => e);
    expect(error).to.include({ code: "policy.late" });
    expect(told).to.deep.equal(["rebuild", "failed"]);
  });

  it("lets an error of the policy itself through", async () => {
    const { policy } = rig({ act: () => Promise.reject(new Error("no such tensor")) });
    const error = await Promise.resolve(policy(seen(0), 0)).catch((e: Error) => e);
    expect((error as Error).message).to.equal("no such tensor");
  });
});
