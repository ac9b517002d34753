import { expect } from "chai";
import { EMPTY } from "rxjs";
import { confirmedScene, inWords } from "../../../launch/running/resets.ts";
import { rewardsBy } from "../../../launch/running/rewards.ts";
import type { Rollout } from "../../../src/domain/experience.ts";
import { metres } from "../../../src/domain/units.ts";
import type { OperatorCommand } from "../../../src/operator/protocol.ts";
import type { Environment } from "../../../src/ports/environment.ts";
import { sawyerSpec } from "../../../src/tasks/sawyer.ts";
import { fullLab } from "../../support/armRecording.ts";

const WIDTH = sawyerSpec.observation.length;

/** A clock whose `run` waits until the test says that something changed. */
function handClock() {
  const time = { s: 0 };
  const waiting = new Set<() => void>();
  return {
    time,
    now: () => time.s as never,
    run: (done: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => done() && (waiting.delete(look), resolve());
        waiting.add(look);
        look();
      }),
    look: () => [...waiting].forEach((look) => look()),
  };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("the rewards of an explored episode", () => {
  const made = (steps: number) => ({ steps }) as Rollout;
  function rig(source: "task" | "hold" | "outcome", spec = sawyerSpec) {
    const clock = handClock();
    const ended = new AbortController();
    const real: number[] = [];
    const inner: Environment = {
      spec,
      reset: async () => new Float32Array(WIDTH),
      step: async () => ({ observation: new Float32Array(WIDTH), terminated: false }),
      reward: () => (real.push(-0.25), -0.25),
      outcome: () => ({ success: false, successAny: false }),
      close: async () => {},
    };
    const rewards = rewardsBy(source, inner, { clock, ended: ended.signal });
    const steps = async (n: number) => {
      for (let i = 0; i < n; i++) {
        clock.time.s += 0.1;
        await rewards.environment.step(new Float32Array(sawyerSpec.action.length));
      }
    };
    return { clock, ended, real, rewards, steps };
  }
  const say = (kind: "reward" | "outcome", yes: boolean) =>
    ({ kind, ...(kind === "reward" ? { given: yes } : { success: yes }) }) as OperatorCommand;

  it("are the task's own where the task is asked", async () => {
    const { rewards, steps, real } = rig("task");
    await rewards.environment.reset(0);
    await steps(3);
    expect([...(await rewards.of(made(3)))!]).to.deep.equal([-0.25, -0.25, -0.25]);
    expect(real).to.have.length(3);
    expect(rewards.source).to.equal("environment");
    expect(rewards.say(say("reward", true)), "nobody asked a person").to.equal(false);
  });

  it("are the better one while a person holds the key, and never without it: silence of 0.18 s is letting go", async () => {
    const { rewards, steps, clock, real } = rig("hold");
    await rewards.environment.reset(0);
    expect(rewards.asks()).to.equal("hold");
    await steps(2);
    clock.time.s += 0.02;
    rewards.say(say("reward", true));
    await steps(1);
    expect(rewards.given()).to.equal(true);
    await steps(1);
    rewards.say(say("reward", true));
    rewards.say(say("reward", false));
    await steps(1);
    expect([...(await rewards.of(made(5)))!]).to.deep.equal([-1, -1, 0, -1, -1]);
    expect(real, "no real reward is read").to.deep.equal([]);
    expect(rewards.asks()).to.equal(undefined);
  });

  it("are a word at the end, which counts for the last step; until then a person is asked", async () => {
    const { rewards, steps, clock } = rig("outcome");
    await rewards.environment.reset(0);
    await steps(3);
    expect(rewards.asks()).to.equal(undefined);
    expect(rewards.say(say("outcome", true)), "too early").to.equal(false);
    const answer = rewards.of(made(3));
    expect(rewards.asks()).to.equal("outcome");
    rewards.say(say("outcome", true));
    clock.look();
    expect([...(await answer)!]).to.deep.equal([-1, -1, 0]);
    expect(rewards.success((await answer)!)).to.equal(true);
    const failed = rewards.of(made(3));
    rewards.say(say("outcome", false));
    clock.look();
    expect(rewards.success((await failed)!)).to.equal(false);
  });

  it("are nobody's when nobody answers, or the run ends first", async () => {
    const { rewards, steps, clock, ended } = rig("outcome");
    await rewards.environment.reset(0);
    await steps(1);
    const waited = rewards.of(made(1));
    clock.time.s += 121;
    clock.look();
    expect(await waited).to.equal(undefined);
    const cut = rewards.of(made(1));
    ended.abort();
    clock.look();
    expect(await cut).to.equal(undefined);
    expect(rewards.asks()).to.equal(undefined);
  });

  it("cannot be a person's where a reward is any number", () => {
    expect(() => rig("hold", { ...sawyerSpec, reward: { kind: "dense" } })).to.throw(/only --reward task/);
  });
});

describe("a scene that a person sets out", () => {
  const drawer = { position: [0.6, -0.2, 0] as const, opens: [0, 1, 0] as const, travel: metres(0.12) };
  const spec = { drawer } as never;

  it("is asked for in words, and not touched before they are confirmed", async () => {
    const clock = handClock();
    const arranged: unknown[] = [];
    const inner = { name: "a table", scene$: EMPTY, arrange: async (s: unknown) => void arranged.push(s), close: async () => {} };
    const confirmed = confirmedScene(inner, { clock, ended: new AbortController().signal });
    expect(confirmed.confirm()).to.equal(false);
    const done = confirmed.scene.arrange(spec);
    await turn();
    expect(arranged).to.deep.equal([]);
    expect(confirmed.request()).to.equal(
      "Set out the drawer 60 cm ahead of the base and 20 cm to its right, pulled out 12 cm; no button, locker, tray, object or brick. Stand clear, then confirm.",
    );
    expect(confirmed.confirm()).to.equal(true);
    clock.look();
    await done;
    expect(arranged).to.deep.equal([spec]);
    expect(confirmed.request()).to.equal(undefined);
  });

  it("is described thing by thing: where it stands and how, and what is not to be there", () => {
    expect(inWords(fullLab)).to.equal(
      "Set out the drawer 60 cm ahead of the base and 20 cm to its left, closed; the button 60 cm ahead of the base and 15 cm to its right, released; " +
        "the locker 80 cm ahead of the base and 17 cm to its right, driven out 14 cm; the tray 46 cm ahead of the base and 10 cm to its right; " +
        "the object 46 cm ahead of the base and 24 cm to its right, upright; the brick in the locker, 73 cm ahead of the base and 17 cm to its right, upright. " +
        "Stand clear, then confirm.",
    );
    const { tray: _, brick: __, ...rest } = fullLab;
    expect(inWords({ ...rest, locker: { ...fullLab.locker!, travel: metres(0) } })).to.match(
      /; the locker .* 17 cm to its right, closed; the object .*, upright; no tray or brick\. Stand clear/,
    );
    const { brick: ___, ...brickless } = fullLab;
    expect(inWords(brickless)).to.match(/; no brick\. Stand clear/);
  });
});
