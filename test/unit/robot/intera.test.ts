import { expect } from "chai";
import { commandOf } from "../../../launch/speak/intera.ts";
import { endpointOf } from "../../../robot/arms/interaBeside.ts";
import { statusOf } from "../../../robot/arms/interaStatus.ts";
import { jointsByName } from "../../../robot/arms/joints.ts";
import { isOnarmError } from "../../../src/domain/errors.ts";
import { seconds } from "../../../src/domain/units.ts";

const header = { seq: 0, stamp: { sec: 0, nsec: 0 }, frame_id: "" };
const states = (name: readonly string[], velocity = name.map(() => 0)) => ({
  ...{ header, name, position: name.map((_, i) => i), velocity, effort: name.map(() => 0) },
});
const refusal = (work: () => unknown): string => {
  try {
    work();
    return "accepted";
  } catch (error) {
    return isOnarmError(error) ? `${error.code}: ${error.message}` : String(error);
  }
};

describe("what a Sawyer says", () => {
  const select = jointsByName(["right_j0", "right_j1"]);

  it("joints are found by name among a head, a torso and fingers, in any order", () => {
    expect(select(states(["head_pan", "right_j1", "torso_t0", "right_j0", "finger"]))?.position).to.deep.equal([3, 1]);
  });
  it("states of other joints alone are somebody else's", () => expect(select(states(["finger"]))).to.equal(undefined));
  it("a joint that is missing is named", () =>
    expect(refusal(() => select(states(["head_pan", "right_j0"])))).to.match(/^link\.lost: .*without right_j1/));
  it("velocities that do not fit the names are named", () =>
    expect(refusal(() => select(states(["right_j0", "right_j1"], [])))).to.match(/^link\.lost: .*0 of velocity for 2 joints/));

  const xyz = { x: 0.5, y: 0, z: 0.2 };
  const endpoint = (valid: boolean, w: number) => ({
    ...{ header, pose: { position: xyz, orientation: { x: 0, y: 0, z: 0, w } }, valid },
    ...{ twist: { linear: xyz, angular: xyz }, wrench: { force: xyz, torque: xyz } },
  });
  it("an endpoint is its tip and wrench", () => {
    expect(endpointOf(endpoint(true, 1))).to.deep.equal({ tip: [0.5, 0, 0.2], wrench: [0.5, 0, 0.2, 0.5, 0, 0.2] });
  });
  it("an endpoint that is invalid, or whose orientation is none, is left out", () => {
    expect(endpointOf(endpoint(false, 1))).to.deep.equal({});
    expect(endpointOf(endpoint(true, 0))).to.deep.equal({});
  });
  it("a stop button of a number that nobody defined counts as unknown", () => {
    const flags = { homed: true, ready: true, enabled: true, stopped: false, error: false, lowVoltage: false };
    expect(statusOf({ ...flags, estop_button: 9, estop_source: 1 }, seconds(0))).to.include({
      estopButton: "unknown",
      estopSource: "user",
    });
  });
});

describe("what a Sawyer is told", () => {
  const told = { header, names: ["b", "a"], position: [1, 2], velocity: [3, 4], acceleration: [], effort: [] };
  it("is put into the arm's own order by name", () => {
    expect(commandOf({ ...told, mode: 2 }, ["a", "b"], 0.01)).to.deep.include({ kind: "velocity", value: [4, 3] });
    expect(commandOf({ ...told, mode: 1 }, ["a", "b"], 0.01)).to.deep.include({ kind: "position", value: [2, 1] });
  });
  it("means nothing in a mode that a robot of ours has not, without a joint, or without a number", () => {
    expect(commandOf({ ...told, mode: 3 }, ["a", "b"], 0.01)).to.equal(undefined);
    expect(commandOf({ ...told, mode: 2 }, ["a", "c"], 0.01)).to.equal(undefined);
    expect(commandOf({ ...told, mode: 2, velocity: [3] }, ["a", "b"], 0.01)).to.equal(undefined);
  });
});
