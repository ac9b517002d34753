import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { limitsOf, loadLimits } from "../../../src/config/limits.ts";
import { margins } from "../../../src/control/margins.ts";
import type { ArmState } from "../../../src/domain/arm.ts";
import { rad, radPerSec, newtonMetres, seconds } from "../../../src/domain/units.ts";
import { chain, forward } from "../../../src/kinematics/chain.ts";
import { LIMITS_FILE } from "../../../launch/sawyer.ts";

const limits = limitsOf(sawyer, loadLimits(LIMITS_FILE), LIMITS_FILE);
const of = margins(sawyer, limits);
const neutral = sawyer.poses.neutral!;
const state = (change: Partial<ArmState> = {}): ArmState => ({
  at: seconds(0),
  position: neutral,
  velocity: neutral.map(() => radPerSec(0)),
  effort: neutral.map(() => newtonMetres(0)),
  ...change,
});
const named = (name: string, change: Partial<ArmState> = {}) => of(state(change)).find((one) => one.name === name)!;
const turned = (joint: number, q: number) => neutral.map((x, k) => rad(k === joint ? q : x));

describe("how near an arm is to each of its limits", () => {
  it("is said of every limit that an arm at rest has, and of force where it is felt", () => {
    const names = ["joint range", "joint speed", "effort", "tip speed", "workspace", "clearance"];
    expect(of(state()).map(({ name }) => name)).to.deep.equal(names);
    expect(of(state({ wrench: [3, 4, 0, 0, 0, 0] })).map(({ name }) => name)).to.deep.equal([...names, "force"]);
    expect(named("force", { wrench: [3, 4, 0, 0, 0, 0] }).used).to.be.closeTo(5 / limits.wrench.force, 1e-12);
  });

  it("names the joint that is nearest to its end: 1 where its margin begins, beyond it more", () => {
    const { upper, lower, name } = limits.joints[2]!;
    expect(named("joint range", { position: turned(2, upper - limits.margin) })).to.deep.include({ of: name, unit: "rad" });
    expect(named("joint range", { position: turned(2, upper - limits.margin) }).used).to.be.closeTo(1, 1e-9);
    expect(named("joint range", { position: turned(2, lower + limits.margin) }).limit).to.be.closeTo(lower + limits.margin, 1e-9);
    expect(named("joint range", { position: turned(2, upper) }).used).to.be.greaterThan(1);
  });

  it("names the joint that is fastest for its limit, and the one that pulls hardest", () => {
    const one = (joint: number, share: number, limit: "speed" | "effort") =>
      limits.joints.map((j, k) => (k === joint ? -share * j[limit] : 0.1 * share * j[limit])) as never;
    expect(named("joint speed", { velocity: one(5, 0.5, "speed") })).to.deep.include({ of: limits.joints[5]!.name });
    expect(named("joint speed", { velocity: one(5, 0.5, "speed") }).used).to.be.closeTo(0.5, 1e-12);
    expect(named("effort", { effort: one(1, 0.9, "effort") }).used).to.be.closeTo(0.9, 1e-12);
  });

  it("tells the tip's speed as a difference of positions does", () => {
    const velocity = neutral.map((_, k) => radPerSec(0.01 * (k + 1)));
    const arm = chain(sawyer);
    const h = 1e-6;
    const at = (t: number) =>
      forward(
        arm,
        neutral.map((q, k) => q + t * velocity[k]!),
      ).p;
    const [a, b] = [at(-h), at(h)];
    const speed = Math.hypot(...[0, 1, 2].map((k) => (b[k]! - a[k]!) / (2 * h)));
    expect(named("tip speed", { velocity }).value).to.be.closeTo(speed, 1e-6);
  });

  it("names the wall the tip is nearest to, used up where the tip stands in it", () => {
    const { p } = forward(chain(sawyer), neutral);
    const close = margins(sawyer, { ...limits, workspace: { ...limits.workspace, max: [p[0] + 0.02, 9, 9] } });
    const { of: which, value, used } = close(state()).find(({ name }) => name === "workspace")!;
    expect(which).to.equal("+x");
    expect(value).to.be.closeTo(0.02, 1e-9);
    expect(used).to.be.closeTo(0.6, 1e-9);
    const beyond = margins(sawyer, { ...limits, workspace: { ...limits.workspace, max: [p[0] - 0.02, 9, 9] } });
    expect(beyond(state()).find(({ name }) => name === "workspace")!.used).to.be.greaterThan(1);
  });

  it("finds the box that a link is nearest to", () => {
    const { p } = forward(chain(sawyer), neutral);
    const box = { name: "camera", min: [p[0] + 0.07, p[1] - 0.05, p[2] - 0.05], max: [p[0] + 0.25, p[1] + 0.05, p[2] + 0.05] };
    const near = margins(sawyer, { ...limits, keepOut: [box] as never });
    expect(near(state()).find(({ name }) => name === "clearance")!.of).to.match(/ – camera$/);
  });
});
