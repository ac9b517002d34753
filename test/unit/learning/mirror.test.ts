import { expect } from "chai";
import { openSawyer } from "../../../launch/sawyer.ts";
import { goalDirected } from "../../../src/control/scripted.ts";
import { rollout } from "../../../src/control/rollout.ts";
import type { Episode } from "../../../src/domain/experience.ts";
import { rng } from "../../../src/domain/rng.ts";
import type { SceneSpec } from "../../../src/domain/scene.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { mirror } from "../../../src/learning/mirror.ts";
import { pointSpec } from "../../../src/tasks/point.ts";
import { aimKinds, sawyerSpec } from "../../../src/tasks/sawyer.ts";
import type { SawyerTask } from "../../../src/tasks/sawyer.ts";
import { sawyerTask } from "../../../src/tasks/sawyerScenes.ts";

const [O, A] = [sawyerSpec.observation.length, sawyerSpec.action.length];
const reflection = mirror(sawyerSpec);
const across = ([x, y, z]: Vec3): Vec3 => [x, -y, z];
const reflected = (task: SawyerTask): SawyerTask => ({
  ...task,
  scene: Object.fromEntries(
    Object.entries(task.scene).map(([name, thing]: [string, { position: Vec3; opens?: Vec3 }]) => [
      name,
      { ...thing, position: across(thing.position), ...(thing.opens && { opens: across(thing.opens) }) },
    ]),
  ) as SceneSpec,
});

describe("the reflection of a domain", () => {
  it("turns every row back when it is done twice, and changes nothing but signs", () => {
    const r = rng("rows");
    const rows = Float32Array.from({ length: 5 * (O + A + 1) }, () => r.normal());
    const twice = rows.slice();
    reflection.context(twice);
    expect(twice.map(Math.abs)).to.deep.equal(rows.map(Math.abs));
    expect(twice).not.to.deep.equal(rows);
    reflection.context(twice);
    expect(twice).to.deep.equal(rows);
  });

  it("reflects an episode as a copy, and none where the domain has no reflection", () => {
    const r = rng("episode");
    const numbers = (n: number) => Float32Array.from({ length: n }, () => r.normal());
    const made: Episode = {
      ...{ task: 3, steps: 2, observation: numbers(3 * O), action: numbers(2 * A), reward: numbers(2) },
      ...{ rewardSource: "environment", terminated: false, human: false },
    };
    const [once, ...more] = reflection.episode(made);
    expect(more).to.deep.equal([]);
    expect(once).to.deep.include({ task: 3, steps: 2, reward: made.reward });
    expect(once!.observation).not.to.deep.equal(made.observation);
    expect(once!.action[1]).to.equal(-made.action[1]!);
    expect(reflection.episode(once!)).to.deep.equal([made]);
    expect(mirror(pointSpec).episode(made)).to.deep.equal([]);
  });

  it("reads context rows as observation, action, reward", () => {
    const rows = new Float32Array(O + A + 1).fill(1);
    const [observation, action] = [new Float32Array(O).fill(1), new Float32Array(A).fill(1)];
    reflection.context(rows);
    reflection.observations(observation);
    reflection.actions(action);
    expect([...rows]).to.deep.equal([...observation, ...action, 1]);
    const flipped = (fields: typeof sawyerSpec.action, signs: Float32Array) => fields.filter((_, i) => signs[i] === -1);
    expect(flipped(sawyerSpec.action, action).map(({ name }) => name)).to.deep.equal(["tip_vy"]);
    expect(
      flipped(sawyerSpec.observation, observation).every(({ name, offset }) => name.endsWith("_y") && offset === 0),
    ).to.equal(true);
    expect(flipped(sawyerSpec.observation, observation)).to.have.length(7);
  });

  it("is done half of the time where a domain has one, and draws nothing where it has none", () => {
    const r = rng("draws");
    const done = Array.from({ length: 1000 }, () => reflection.draw(r)).filter(Boolean).length;
    expect(done).to.be.within(430, 570);
    const before = r.state();
    expect(mirror(pointSpec).draw(r)).to.equal(false);
    expect(r.state()).to.deep.equal(before);
  });

  it("is one of the arm: what it does on the left it does on the right, for every aim", async () => {
    const { environment } = await openSawyer();
    for (const kind of aimKinds) {
      const task = Array.from({ length: 200 }, (_, id) => sawyerTask("test", 8, id)).find(({ aim }) => aim.kind === kind)!;
      const made = [];
      for (const each of [task, reflected(task)])
        made.push((await rollout(environment, each, goalDirected(each.aim, rng("none"), { noise: 0 }), { task: 0 })).observation);
      const [seen, other] = made as [Float32Array, Float32Array];
      reflection.observations(other);
      const tip = [0, 1, 2];
      // m: the arm itself is not symmetric, so that it lags, and lets go, a step sooner or later.
      const off = (i: number, t: number) => Math.abs(seen[t * O + i]! - other[t * O + i]!) * sawyerSpec.observation[i]!.scale;
      for (let t = 0; t <= sawyerSpec.horizon; t++)
        expect(Math.max(...tip.map((i) => off(i, t))), `${kind}, step ${t}`).to.be.below(0.06);
    }
    await environment.close();
  });
});
