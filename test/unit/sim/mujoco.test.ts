import { expect } from "chai";
import { openPhysics } from "../../../sim/mujoco.ts";
import type { Physics } from "../../../sim/mujoco.ts";

const ball = `<mujoco><option timestep="0.002"><flag autoreset="disable"/></option><size memory="1M"/><worldbody>
  <geom name="floor" type="plane" size="1 1 .1"/>
  <body name="ball" pos="0 0 0.1"><freejoint name="free"/><geom name="skin" size=".1"/><site name="middle"/></body>
</worldbody></mujoco>`;

const refusal = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("the physics engine behind its wall", () => {
  let physics: Physics;
  beforeEach(async () => void (physics = await openPhysics(ball)));
  afterEach(() => physics.free());

  it("says what is wrong with a model it cannot read", async () => {
    let message = "";
    await openPhysics("<mujoco><nonsense/></mujoco>").catch((error: Error) => (message = error.message));
    expect(message).to.match(/nonsense/);
  });
  it("refuses names and arrays that the model does not have", () => {
    expect(refusal(() => physics.site("elbow"))).to.equal("physics.invalid");
    expect(refusal(() => physics.data("ctrl"))).to.equal("physics.invalid");
  });
  it("finds a state that is no longer finite in the step that made it so, and does not start over by itself", () => {
    physics.step(10);
    physics.data("qvel")[0] = NaN;
    expect(refusal(() => physics.step(1))).to.equal("physics.invalid");
    expect(physics.data("qpos")[0]).to.satisfy(Number.isNaN);
  });
  it("keeps its arrays alive while other models make the heap grow", async () => {
    physics.step(100);
    const height = physics.data("qpos")[2];
    const before = physics.heapBytes();
    const others: Physics[] = [];
    while (physics.heapBytes() === before && others.length < 200) others.push(await openPhysics(ball.replace("1M", "8M")));
    expect(physics.heapBytes(), "the heap grew").to.be.greaterThan(before);
    expect(physics.data("qpos")[2]).to.equal(height);
    expect(physics.model("body_pos")).to.have.length(6);
    others.forEach((other) => other.free());
  });
  it("gives contacts back whole, and keeps nothing of them", () => {
    physics.step(200);
    expect(physics.contacts()).to.have.length(1);
    expect(physics.contacts()[0]!.geoms).to.deep.equal([physics.geom("floor"), physics.geom("skin")]);
    const before = physics.heapBytes();
    for (let i = 0; i < 20_000; i++) physics.contacts();
    expect(physics.heapBytes()).to.equal(before);
  });
  it("returns to a saved state bit for bit", () => {
    physics.data("qvel")[3] = 1;
    physics.step(20);
    const saved = physics.save();
    physics.step(50);
    const there = [...physics.save()];
    physics.restore(saved);
    physics.step(50);
    expect([...physics.save()]).to.deep.equal(there);
  });
  it("refuses to be used after it was freed, and to be freed twice is no harm", () => {
    physics.free();
    physics.free();
    for (const use of [
      () => physics.step(1),
      () => physics.forward(),
      () => physics.data("qpos"),
      () => physics.save(),
      () => physics.contacts(),
    ])
      expect(refusal(use)).to.equal("physics.invalid");
  });
});
