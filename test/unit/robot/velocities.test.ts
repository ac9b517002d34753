import { expect } from "chai";
import { velocities } from "../../../robot/gazebo/velocities.ts";

const shim = () => velocities(["a", "b"], [0.5, -1], 0.1);
const home = () => {
  const arm = shim();
  arm.sees(1, ["head", "b", "a"], [9, -1, 0.5]);
  arm.wanted(0);
  return arm;
};

describe("the shim between ROS 2 and Gazebo", () => {
  it("moves nothing before it has seen the joints", () => expect(shim().wanted(0)).to.deep.equal([0, 0]));

  it("goes to the arm's start first, in a straight line and no faster than it may, and takes no command meanwhile", () => {
    const arm = shim();
    arm.sees(0.1, ["a", "b"], [0, 1]);
    arm.hears(0, [0.3, 0.3]);
    expect(arm.wanted(0.01)).to.deep.equal([0.125, -0.5]);
    arm.sees(0.2, ["a", "b"], [0.45, -0.98]);
    const [a, b] = arm.wanted(0.02);
    expect(a).to.be.closeTo(0.1, 1e-9);
    expect(b).to.be.closeTo(-0.04, 1e-9);
    expect(arm.atStart()).to.equal(false);
  });

  it("passes a velocity on until 0.1 s have gone without another one, and rests then", () => {
    const arm = home();
    expect(arm.atStart()).to.equal(true);
    expect(arm.hears(1, [0.3, -0.2])).to.equal(true);
    expect([1.05, 1.09, 1.1, 9].map((at) => arm.wanted(at))).to.deep.equal([
      [0.3, -0.2],
      [0.3, -0.2],
      [0, 0],
      [0, 0],
    ]);
  });

  it("takes no command that is not one finite number a joint", () => {
    const arm = home();
    for (const value of [[0.3], [1, 2, 3], [NaN, 0], [Infinity, 0]]) expect(arm.hears(1, value)).to.equal(false);
    expect(arm.wanted(1.01)).to.deep.equal([0, 0]);
  });

  it("goes to the start again when the simulation's time went back, and forgets what it was told before", () => {
    const arm = home();
    arm.hears(1, [0.3, 0.3]);
    expect(arm.sees(0.01, ["a", "b"], [0, 0])).to.equal(true);
    expect(arm.wanted(1.01)).to.deep.equal([0.25, -0.5]);
    arm.sees(0.02, ["a", "b"], [0.5, -1]);
    arm.wanted(1.02);
    expect(arm.wanted(1.03)).to.deep.equal([0, 0]);
  });

  it("keeps what it knows where a joint is missing from what is told", () => {
    const arm = home();
    arm.hears(1, [0.1, 0]);
    arm.sees(2, ["a"], [3]);
    expect(arm.wanted(1.01)).to.deep.equal([0.1, 0]);
  });
});
