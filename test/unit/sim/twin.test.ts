import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { createTwin } from "../../../sim/twin.ts";
import type { JointMessage } from "../../../sim/jointMessage.ts";
import { byName } from "../../../sim/jointMessage.ts";
import { rng } from "../../../src/domain/rng.ts";
import { metres } from "../../../src/domain/units.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import { outcome } from "../../contract/arm.contract.ts";
import { bench, only, position, tipOf, velocity } from "./drive.ts";
import type { Bench } from "./drive.ts";

const neutral = sawyer.poses.neutral!;
const speed = sawyer.commanded.map((name) => sawyer.joints.find((joint) => joint.name === name)!.speed);
const both: SceneSpec = {
  drawer: { position: [0.6, 0.21, -0.05], opens: [0, -1, 0], travel: metres(0) },
  button: { position: [0.62, -0.15, 0.01] },
};

describe("the lockstep twin", () => {
  let it_: Bench;
  const open = async (...args: Parameters<typeof bench>) => (it_ = await bench(...args));
  const q = () => it_.state().position;
  afterEach(() => it_.twin.arm.close());

  describe("at rest", () => {
    it("starts in its neutral pose and stays there for two seconds of zero velocity", async () => {
      await open();
      await it_.periods(200, () => velocity(only(0, 0)));
      expect(Math.hypot(...it_.tip().map((x, i) => x - tipOf(neutral)[i]!))).to.be.lessThan(1e-5);
    });
    it("reports a velocity of ±0.001 rad/s, never zero", async () => {
      await open();
      await it_.periods(5);
      for (const v of it_.state().velocity) expect(Math.abs(v)).to.equal(0.001);
    });
    it("carries its weight: most of all on the shoulder, within every motor's limit", async () => {
      await open();
      await it_.periods(5);
      const effort = it_.state().effort.map(Math.abs);
      expect(effort[1])
        .to.be.greaterThan(10)
        .and.equal(Math.max(...effort));
    });
  });

  describe("states and time", () => {
    it("gives 100 states a second, on round stamps, none from the future", async () => {
      await open();
      let states = 0;
      it_.twin.arm.state$.subscribe((state) => {
        states++;
        expect(state.at).to.equal(it_.twin.clock.now());
      });
      await it_.periods(99);
      expect(states).to.equal(99);
      expect(it_.twin.clock.now()).to.equal(1);
    });
    it("brings state, scene and beat of a period in this order", async () => {
      await open();
      const order: string[] = [];
      it_.twin.clock.beat$.subscribe(() => order.push("beat"));
      it_.twin.scene.scene$.subscribe(() => order.push("scene"));
      it_.twin.arm.state$.subscribe(() => order.push("state"));
      await it_.periods(2);
      expect(order).to.deep.equal(["state", "scene", "beat", "state", "scene", "beat"]);
    });
    it("answers a command before send() returns", async () => {
      await open();
      let answered = false;
      it_.twin.arm.send(velocity(only(0, 0))).subscribe(() => (answered = true));
      expect(answered).to.equal(true);
    });
    it("publishes joints in the robot's order, and the arm port still has them right", async () => {
      await open({ start: neutral.map((x, i) => x + i / 100) });
      let message: JointMessage | undefined;
      it_.twin.message$.subscribe((it) => (message = it));
      await it_.periods(1);
      expect(message!.name[0]).to.equal("head_pan");
      expect(message!.name).to.include.members([...sawyer.commanded, "right_gripper_l_finger_joint"]);
      expect(message!.position.slice(0, 7)).to.not.deep.equal([...q()]);
      neutral.forEach((x, i) => expect(q()[i]).to.be.closeTo(x + i / 100, 1e-6));
      const shuffled = (row: readonly number[]) => [...row].reverse();
      const backwards = {
        ...message!,
        name: [...message!.name].reverse(),
        position: shuffled(message!.position),
        velocity: shuffled(message!.velocity),
        effort: shuffled(message!.effort),
      };
      expect(byName(sawyer.commanded)(backwards)).to.deep.equal(it_.state());
    });
    it("refuses joint states in which an arm joint is missing", () => {
      const message = { stamp: 0, name: ["head_pan"], position: [0], velocity: [0], effort: [0] };
      expect(() => byName(["right_j0"])(message)).to.throw("right_j0");
    });
    it("does not run twice at once, nor after it was closed", async () => {
      await open();
      const first = it_.twin.clock.run(() => it_.twin.clock.now() > 20);
      expect(await outcome(it_.twin.clock.run(() => true))).to.equal("usage.invalid");
      await it_.twin.arm.close();
      expect(await outcome(first)).to.equal("interrupted");
      expect(await outcome(it_.twin.clock.run(() => true))).to.equal("interrupted");
    });
  });

  describe("in velocity mode", () => {
    it("follows every joint", async () => {
      for (const i of neutral.keys()) {
        await open();
        await it_.periods(50, () => velocity(only(i, 0.3)));
        expect(q()[i]! - neutral[i]!, `joint ${i}`).to.be.closeTo(0.15, 0.01);
        await it_.twin.arm.close();
      }
    });
    it("draws a line of 10 cm in 2 s to a millimetre, and keeps to it by two tenths", async () => {
      await open();
      const start = it_.tip();
      let astray = 0;
      for (let i = 0; i < 20; i++) {
        await it_.step([0.05, 0, 0]);
        astray = Math.max(astray, Math.hypot(it_.tip()[1] - start[1], it_.tip()[2] - start[2]));
      }
      await it_.step([0, 0, 0]);
      await it_.step([0, 0, 0]);
      expect(Math.hypot(...it_.tip().map((x, i) => x - start[i]! - (i === 0 ? 0.1 : 0)))).to.be.lessThan(1e-3);
      expect(astray).to.be.lessThan(2e-4);
    });
    it("goes no faster than the joint can", async () => {
      await open();
      await it_.periods(60, () => velocity(only(0, 50)));
      expect(it_.state().velocity[0]).to.be.within(0.9 * speed[0]!, speed[0]!);
    });
    for (const timeout of [0.1, 0.2])
      it(`holds where it is after ${timeout} s of silence, having gone no further than speed x time-out`, async () => {
        await open({ timeout });
        await it_.periods(50, () => velocity(only(0, 0.5)));
        const last = q()[0]!;
        await it_.periods(Math.round(timeout / 0.01) - 2);
        expect(it_.state().velocity[0], "still going just before").to.be.greaterThan(0.4);
        await it_.periods(20);
        const rest = q()[0]!;
        expect(rest - last)
          .to.be.greaterThan(0.5 * (timeout - 0.03))
          .and.lessThan(0.5 * timeout + 0.01);
        await it_.periods(50);
        expect(q()[0]).to.be.closeTo(rest, 1e-4);
      });
    it("holds its place against a push once it holds", async () => {
      await open();
      await it_.periods(30);
      it_.twin.push(only(0, 40));
      await it_.periods(100);
      expect(Math.abs(q()[0]!)).to.be.lessThan(0.02);
    });
  });

  describe("in position mode", () => {
    const far = neutral.map((x, i) => (i === 0 ? x + 0.8 : x));
    it("goes on to the last set-point for as long as it takes: silence does not stop it", async () => {
      await open({ timeout: 0.1 });
      await it_.periods(1, () => position(far));
      await it_.periods(50);
      expect(q()[0]).to.be.within(0.15, 0.6);
      await it_.periods(200);
      expect(q()[0]).to.be.closeTo(0.8, 2e-3);
    });
    for (const speedRatio of [0.3, 0.1])
      it(`moves at a speed ratio of ${speedRatio}`, async () => {
        await open({ speedRatio });
        let fastest = 0;
        it_.twin.arm.state$.subscribe((state) => (fastest = Math.max(fastest, state.velocity[0]!)));
        await it_.periods(60, () => position(far));
        expect(fastest / speed[0]!).to.be.closeTo(speedRatio, 0.05 * speedRatio);
      });
    it("has 0.3 as its speed ratio when nobody says otherwise", async () => {
      await open();
      await it_.periods(60, () => position(far));
      expect(it_.state().velocity[0]).to.be.closeTo(0.3 * speed[0]!, 0.03);
    });
    it("tracks a moving set-point, one step behind and not in jumps", async () => {
      await open({ speedRatio: 1 });
      let lag = 0;
      for (let i = 1; i <= 100; i++) {
        await it_.periods(1, () => position(neutral.map((x, k) => (k === 0 ? x + 0.002 * i : x))));
        lag = Math.max(lag, 0.002 * i - q()[0]!);
      }
      expect(lag).to.be.lessThan(0.02);
    });
  });

  describe("options", () => {
    before(async () => void (await open()));
    for (const [what, options] of [
      ["a time-out of zero", { timeout: 0 }],
      ["a time-out over a second", { timeout: 1.5 }],
      ["a time-out of NaN", { timeout: NaN }],
      ["a speed ratio over one", { speedRatio: 1.1 }],
      ["a step that does not fill a period", { timestep: 0.003 }],
      ["a start of too few joints", { start: [0, 0] }],
    ] as const)
      it(`refuses ${what}`, async () => expect(await outcome(createTwin(sawyer, options))).to.equal("config.invalid"));
  });

  describe("when physics breaks", () => {
    it("stops within one period: states end with the fault, time does not go on", async () => {
      await open();
      let fault = "";
      it_.twin.arm.state$.subscribe({ error: (error: { code: string }) => (fault = error.code) });
      it_.twin.setJoints(only(3, NaN));
      expect(await outcome(it_.twin.clock.run(() => true))).to.equal("physics.invalid");
      expect(fault).to.equal("physics.invalid");
      expect(await outcome(it_.twin.arm.halt())).to.equal("link.lost");
    });
  });

  describe("repeats itself", () => {
    const life = async () => {
      await open({ scene: both });
      const r = rng("life", 7);
      for (let k = 0; k < 40; k++) {
        if (k % 10 === 9) await it_.twin.scene.arrange(k % 20 === 9 ? {} : both);
        const v = [r.between(-0.14, 0.14), r.between(-0.14, 0.14), r.between(-0.14, 0.05)];
        await it_.step(v);
      }
      const hash = it_.twin.hash();
      await it_.twin.arm.close();
      return hash;
    };
    it("bit for bit from the same calls, contacts and arrangements among them", async () => {
      expect(await life()).to.equal(await life());
    });
    it("but not when one command differs", async () => {
      await open();
      await it_.periods(5, () => velocity(only(6, 0.1)));
      const one = it_.twin.hash();
      await open();
      await it_.periods(5, () => velocity(only(6, 0.1000001)));
      expect(it_.twin.hash()).to.not.equal(one);
    });
    it("from a fresh posture, whatever happened before", async () => {
      const hashes: string[] = [];
      for (const before of [0, 0.4]) {
        await open();
        await it_.periods(20, () => velocity(only(2, before)));
        it_.twin.setJoints(neutral);
        await it_.periods(10, () => velocity(only(5, 0.2)));
        hashes.push(it_.state().position.join());
      }
      expect(hashes[0]).to.equal(hashes[1]);
    });
  });
});
