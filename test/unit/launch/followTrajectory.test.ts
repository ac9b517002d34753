import { expect } from "chai";
import { Subject } from "rxjs";
import { following } from "../../../launch/graph/following.ts";
import type { TrajectoryGoal } from "../../../launch/graph/protocol.ts";
import { LIMITS_FILE } from "../../../launch/sawyer.ts";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { loadLimits } from "../../../src/config/limits.ts";
import type { Controller } from "../../../src/control/controller.ts";
import type { Intent, Tick } from "../../../src/domain/control.ts";
import type { Mode } from "../../../src/domain/mode.ts";
import { newtonMetres, rad, radPerSec, seconds } from "../../../src/domain/units.ts";

const limits = loadLimits(LIMITS_FILE);
const neutral = [...sawyer.poses["neutral"]!].map(Number);
const lifted = neutral.map((x, i) => (i === 5 ? x + 0.1 : x));
const goal = (change: Partial<TrajectoryGoal> = {}): TrajectoryGoal => ({
  joints: sawyer.commanded,
  points: [{ q: lifted, v: [], t: 1 }],
  ...{ path: {}, end: {}, late: 0 },
  ...change,
});

/** An arm that goes where its intents say, as fast as `share` of the way in each period. */
function obeying(share: number, mode: Mode = { is: "idle" }) {
  const tick$ = new Subject<Tick>();
  const counters = { ticks: 0, clamps: 0, stops: 0, dropped: 0 };
  let [at, q, intent]: [number, readonly number[], Intent] = [10, neutral, { kind: "hold" }];
  const state = () => ({
    at: seconds(at),
    position: q.map(rad),
    velocity: q.map(() => radPerSec(0)),
    effort: q.map(() => newtonMetres(0)),
  });
  const events: string[] = [];
  const controller = {
    tick$,
    mode: () => mode,
    state,
    startManual: () => void (mode = { is: "manual" }),
    setIntent: (it: Intent) => void (intent = it),
    event: ({ on }: { on: string }) => (events.push(on), (mode = { is: "idle" }), true),
  } as unknown as Controller;
  return {
    ...following(controller, limits, () => {}),
    events,
    intent: () => intent,
    become: (it: Mode) => void (mode = it),
    /** Lets n periods pass. */
    async live(n: number) {
      for (let k = 0; k < n; k++) {
        at += 0.01;
        const wanted = intent;
        if (wanted.kind === "posture") q = q.map((x, i) => x + share * (wanted.q[i]! - x));
        tick$.next({ at: seconds(at), mode, intent, state: state(), counters });
        await Promise.resolve();
      }
    },
  };
}

describe("following a trajectory", () => {
  it("an arm that follows ends where it leads, and is let go of", async () => {
    const arm = obeying(0.3);
    const followed = arm.follow(goal());
    await arm.live(200);
    expect(await followed).to.deep.equal({ code: 0, text: "" });
    expect(arm.events).to.deep.equal(["finish"]);
  });
  it("what is wanted runs ahead by its speed, so that the arm does not lag", async () => {
    const arm = obeying(0);
    void arm.follow(goal());
    await arm.live(51);
    const wanted = arm.intent();
    expect(wanted.kind === "posture" && wanted.q[5]! - neutral[5]!).to.be.closeTo(0.05 + 0.1 / 3, 1e-6);
  });
  it("an arm that does not move is off its way as soon as its tolerance says", async () => {
    const arm = obeying(0);
    const followed = arm.follow(goal({ path: { right_j5: 0.03 } }));
    await arm.live(60);
    const { code, text } = await followed;
    expect(code).to.equal(-4);
    expect(text).to.match(/^right_j5 is 0\.03\d rad off its way/);
  });
  it("an arm that does not arrive is told of when it is late", async () => {
    const arm = obeying(0);
    const followed = arm.follow(goal({ late: 0.5 }));
    await arm.live(160);
    expect(await followed).to.deep.include({ code: -5, text: "right_j5 is 0.100 rad from its end" });
  });
  it("a stop ends it with its cause, and nothing is started again", async () => {
    const arm = obeying(0.3);
    const followed = arm.follow(goal());
    await arm.live(10);
    arm.become({ is: "stopped", cause: "collision" });
    await arm.live(1);
    expect(await followed).to.deep.include({ code: -4, text: "the arm is stopped (collision)" });
    expect(arm.events).to.deep.equal([]);
  });
  it("canceled it lets go at once", async () => {
    const arm = obeying(0.3);
    const followed = arm.follow(goal());
    await arm.live(10);
    arm.cancel();
    expect(await followed).to.deep.include({ canceled: true });
    expect(arm.events).to.deep.equal(["finish"]);
  });
  it("one at a time, and from idle only", async () => {
    const arm = obeying(0.3);
    void arm.follow(goal());
    expect((await arm.follow(goal())).text).to.match(/another trajectory is under way/);
    expect((await obeying(1, { is: "running" }).follow(goal())).text).to.match(
      /the arm is running: a trajectory begins when it is idle/,
    );
  });
});
