import { expect } from "chai";
import { rewardedRollout } from "../../../src/control/rollout.ts";
import { rng } from "../../../src/domain/rng.ts";
import { antEnvironment } from "../../../sim/locomotion/ant.ts";
import { antMjcf, ANT_STANCE } from "../../../sim/locomotion/antMjcf.ts";
import { cheetahEnvironment } from "../../../sim/locomotion/cheetah.ts";
import { cheetahMjcf } from "../../../sim/locomotion/cheetahMjcf.ts";
import { openPhysics } from "../../../sim/mujoco.ts";
import type { Physics } from "../../../sim/mujoco.ts";
import type { Environment } from "../../../src/ports/environment.ts";
import { antReward, antTask } from "../../../src/tasks/ant.ts";
import { cheetahReward, cheetahSpec, cheetahTask } from "../../../src/tasks/cheetah.ts";
import { codeOf } from "../learning/tiny.ts";

/** Raw SI number of a field of an observation. */
const raw = (environment: Environment<never>, observation: ArrayLike<number>, name: string): number => {
  const i = environment.spec.observation.findIndex((field) => field.name === name);
  const { offset, scale } = environment.spec.observation[i]!;
  return offset + scale * observation[i]!;
};
const centre = (physics: Physics) => [...physics.data("subtree_com").subarray(3, 6)] as [number, number, number];

describe("robots on legs, as physics", () => {
  const robots = [
    ["half-cheetah", cheetahMjcf, [0, 2.5, 0, 0, 0, 0, 0, 0, 0], 1, 14],
    ["ant", antMjcf, [0, 0, 3, ...ANT_STANCE.slice(3)], 2, undefined],
  ] as const;
  for (const [name, mjcf, start, heightIndex, mass] of robots)
    describe(name, () => {
      let physics: Physics;
      beforeEach(async () => {
        physics = await openPhysics(mjcf);
        physics.data("qpos").set(start);
        physics.forward();
      });
      afterEach(() => physics.free());

      it("falls freely in the air whatever its motors do: they push nothing but the robot itself", () => {
        const fall = (push: number) => {
          physics.reset();
          physics.data("qpos").set(start);
          physics.data("ctrl").forEach((_, i, ctrl) => (ctrl[i] = i % 2 ? push : -push));
          physics.forward();
          const [x0, , z0] = centre(physics);
          physics.step(20);
          physics.forward();
          const [x, , z] = centre(physics);
          return [x - x0, z - z0] as const;
        };
        const t = 20 * physics.timestep;
        const [still, pushed] = [fall(0), fall(1)];
        // An Euler step falls half a step's speed further than the parabola.
        expect(still[1]).to.be.closeTo((-9.81 / 2) * t * t, (9.81 / 2) * t * physics.timestep + 1e-4);
        expect(pushed[1]).to.be.closeTo(still[1], 6e-3);
        expect(pushed[0]).to.be.closeTo(0, 2e-3);
      });

      it("without motors comes to rest on the floor, neither in it nor above it, and loses what energy its fall had", () => {
        const fastest = () => Math.max(...physics.data("qvel").map(Math.abs));
        physics.step(60);
        expect(fastest()).to.be.above(1);
        physics.step(1500);
        expect(fastest()).to.be.below(0.02);
        expect(centre(physics)[2]).to.be.within(0.1, 1);
        expect(physics.touching()).to.equal(true);
        expect(physics.data("qpos")[heightIndex]).to.be.below(start[heightIndex] - 1);
      });

      if (mass !== undefined)
        it(`weighs ${mass} kg`, () => {
          expect(physics.model("body_mass").reduce((a, b) => a + b, 0)).to.be.closeTo(mass, 1e-9);
        });
    });
});

describe("robots on legs, as environments", () => {
  const robots = [["cheetah-vel", cheetahEnvironment, cheetahTask] as const, ["ant-dir", antEnvironment, antTask] as const];
  for (const [name, open, makeTask] of robots)
    describe(name, () => {
      let environment: Environment<object>;
      const task = (id: number) => makeTask("train", 5, id);
      before(async () => void (environment = (await open()) as Environment<object>));
      after(() => environment.close());
      const wild = (label: number) => {
        const stream = rng("wild", label);
        return () => Float32Array.from(environment.spec.action, () => stream.between(-1, 1));
      };
      const episode = (of: object, label: number) => rewardedRollout(environment, of, wild(label), { task: 0, horizon: 60 });

      it("repeats an episode bit for bit, also in another instance", async () => {
        const once = (await episode(task(1), 3)).episode;
        const other = (await open()) as Environment<object>;
        const again = await rewardedRollout(other, task(1), wild(3), { task: 0, horizon: 60 });
        await other.close();
        expect(again.episode).to.deep.equal(once);
        expect((await episode(task(1), 3)).episode).to.deep.equal(once);
        expect((await episode(task(1), 4)).episode).to.not.deep.equal(once);
      });

      it("starts at the k-th start of a list that all tasks share, when it is the k-th of one task", async () => {
        const [a, b] = [task(1), task(2)];
        const ofA = [await environment.reset(a), await environment.reset(a), await environment.reset(a)];
        const ofB = [await environment.reset(b), await environment.reset(b), await environment.reset(b)];
        expect(ofB).to.deep.equal(ofA);
        expect(new Set(ofA.map((start) => start.join())).size).to.equal(3);
      });

      it("clips actions to what its motors take, in motion and in cost", async () => {
        const of = task(1);
        const end = async (size: number) => {
          await environment.reset({ ...of });
          const { observation } = await environment.step(new Float32Array(environment.spec.action.length).fill(size));
          return [[...observation], environment.reward()];
        };
        expect(await end(50)).to.deep.equal(await end(1));
        expect(await end(0.5)).to.not.deep.equal(await end(1));
      });

      it("refuses an action that is no number, and goes on from where it was", async () => {
        const start = await environment.reset(task(1));
        const still = new Float32Array(environment.spec.action.length);
        expect(await codeOf(() => environment.step(still.map((_, i) => (i === 2 ? NaN : 0))))).to.equal("policy.nonfinite");
        const next = (await environment.step(still)).observation;
        expect(await environment.reset(task(1))).to.deep.equal(start);
        expect((await environment.step(still)).observation).to.deep.equal(next);
      });

      it("refuses a step before its first reset", async () => {
        const fresh = (await open()) as Environment<object>;
        const still = new Float32Array(fresh.spec.action.length);
        expect(await codeOf(() => fresh.step(still))).to.equal("mode.refused");
        await fresh.close();
      });

      it("tells numbers of about 1, so that nets need no scaling of their own", async () => {
        const { episode: seen } = await episode(task(1), 9);
        expect(Math.max(...seen.observation.map(Math.abs))).to.be.below(8);
      });
    });

  it("the half-cheetah's reward is its formula on what it observes: the way of its torso over the period", async () => {
    const environment = await cheetahEnvironment();
    const task = cheetahTask("test", 0, 7);
    let before = await environment.reset(task);
    const action = Float32Array.of(0.3, -0.2, 0.9, -1, 0.1, 0.5);
    for (let t = 0; t < 20; t++) {
      const { observation, terminated } = await environment.step(action);
      const x = (o: ArrayLike<number>) => raw(environment as Environment<never>, o, "torso x");
      expect(environment.reward()).to.be.closeTo(cheetahReward(task, (x(observation) - x(before)) / 0.05, action), 1e-3);
      expect(terminated).to.equal(false);
      before = observation;
    }
    await environment.close();
  });

  it("the half-cheetah's episode is cut by time after 200 steps, which is no end of its task", async () => {
    const environment = await cheetahEnvironment();
    const still = () => new Float32Array(6);
    const { episode } = await rewardedRollout(environment, { id: 0, velocity: 1.5 }, still, { task: 0 });
    await environment.close();
    expect([episode.steps, episode.terminated]).to.deep.equal([cheetahSpec.horizon, false]);
    // Standing still under 1.5 m/s: 200 x 1.5, less what it slides while it settles.
    expect(episode.reward.reduce((a, b) => a + b, 0)).to.be.within(-305, -295);
  });

  it("the ant that does nothing stands for 200 steps and is paid for it", async () => {
    const environment = await antEnvironment();
    const still = () => new Float32Array(8);
    const { episode } = await rewardedRollout(environment, antTask("test", 0, 0), still, { task: 0 });
    await environment.close();
    expect([episode.steps, episode.terminated]).to.deep.equal([200, false]);
    expect(episode.reward.reduce((a, b) => a + b, 0)).to.be.within(190, 201);
  });

  it("the ant that throws itself about ends its task when it lies or flies", async () => {
    const environment = await antEnvironment();
    const ends: { height: number; terminated: boolean }[] = [];
    for (let label = 0; label < 10; label++) {
      const stream = rng("thrown", label);
      const wild = () => Float32Array.from({ length: 8 }, () => (stream.uniform() < 0.5 ? -1 : 1));
      const { episode } = await rewardedRollout(environment, antTask("test", 0, 0), wild, { task: 0, horizon: 100 });
      const last = episode.observation.subarray(episode.steps * 27);
      ends.push({ height: raw(environment as Environment<never>, last, "height"), terminated: episode.terminated });
    }
    expect(ends.some(({ terminated }) => terminated)).to.equal(true);
    for (const { height, terminated } of ends) expect(terminated, String(height)).to.equal(height < 0.2 || height > 1);
    await environment.close();
  });

  it("the ant pays for what it touches: contact forces of every body are in its reward", async () => {
    const environment = await antEnvironment();
    const task = antTask("test", 0, 0);
    const still = new Float32Array(8);
    await environment.reset(task);
    const costs: number[] = [];
    for (let t = 0; t < 40; t++) {
      const { observation } = await environment.step(still);
      const speed = [0, 1].map((i) => raw(environment as Environment<never>, observation, `velocity ${"xy"[i]!}`));
      // Near enough to the mean of the step once it stands.
      if (t >= 30) costs.push(antReward(task, speed as [number, number], still, []) - environment.reward());
    }
    // Four feet that carry it: at least one component of each is cut at 1.
    for (const cost of costs) expect(cost).to.be.within(3 * 5e-4, 30 * 5e-4);
    await environment.close();
  });
});
