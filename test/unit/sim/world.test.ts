import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { worldMjcf } from "../../../sim/mjcf.ts";
import { openPhysics } from "../../../sim/mujoco.ts";
import type { Physics } from "../../../sim/mujoco.ts";
import { rng } from "../../../src/domain/rng.ts";
import { THINGS } from "../../../src/domain/scene.ts";
import { chain, forward } from "../../../src/kinematics/chain.ts";

describe("the simulated Sawyer", () => {
  let physics: Physics;
  before(async () => void (physics = await openPhysics(worldMjcf(sawyer))));
  after(() => physics.free());

  const pose = (q: readonly number[]) => {
    sawyer.commanded.forEach((name, i) => (physics.data("qpos")[physics.joint(name).qpos] = q[i]!));
    physics.forward();
    return { p: [...physics.data("site_xpos")], R: [...physics.data("site_xmat")] };
  };

  it("stands where our own kinematics say, at a thousand random poses", () => {
    const r = rng("poses", 1);
    const arm = chain(sawyer);
    const limits = sawyer.commanded.map((name) => sawyer.joints.find((joint) => joint.name === name)!);
    let worst = 0;
    let turned = 0;
    for (let i = 0; i < 1000; i++) {
      const q = limits.map(({ lower, upper }) => r.between(lower, upper));
      const [theirs, ours] = [pose(q), forward(arm, q)];
      worst = Math.max(worst, ...theirs.p.map((x, k) => Math.abs(x - ours.p[k]!)));
      turned = Math.max(turned, ...theirs.R.map((x, k) => Math.abs(x - ours.R[k]!)));
    }
    expect(worst, "m").to.be.lessThan(1e-6);
    expect(turned).to.be.lessThan(1e-6);
  });
  it("has its tip at neutral where the vendor's figures put it", () => {
    const { p } = pose(sawyer.poses.neutral!);
    [0.449705, 0.1603, 0.080134].forEach((x, i) => expect(p[i]).to.be.closeTo(x, 1e-5));
  });
  it("keeps its head between its first joints, as the robot does: order is never to be trusted", () => {
    const at = (name: string) => physics.joint(name).qpos;
    expect(at("head_pan")).to.be.greaterThan(at("right_j0")).and.lessThan(at("right_j1"));
  });
  it("weighs what the description says", () => {
    const arm = sawyer.links.filter(({ name }) => !["base", "pedestal", "right_arm_base_link"].includes(name));
    const expected = arm.reduce((sum, link) => sum + (link.inertial?.mass ?? 0), 0);
    const furniture = THINGS.map((name) => physics.body(name));
    // What slides is the body after the one that stands.
    const sliding = ["drawer", "button", "locker"].map((name) => physics.body(name) + 1);
    const masses = physics.model("body_mass").filter((_, body) => body > 0 && ![...furniture, ...sliding].includes(body));
    expect(masses.reduce((sum, m) => sum + m, 0)).to.be.closeTo(expected, 1e-6);
  });
});
