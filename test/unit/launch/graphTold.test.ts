import { expect } from "chai";
import { graphStateOf } from "../../../launch/graph/graph.ts";
import { diagnosisOf, goalOf } from "../../../launch/graph/told.ts";
import { framesOf } from "../../../launch/graph/frames.ts";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { seconds } from "../../../src/domain/units.ts";
import { frameTree } from "../../../robot/scenes/tf.ts";

const counters = { ticks: 5, clamps: 1, stops: 0, dropped: 0 };
const state = { at: 100, position: [0], velocity: [0], effort: [0], mode: "running", cause: "", verdict: "pass", counters };

describe("what the graph is told", () => {
  for (const [mode, cause, level, message] of [
    ["running", "", 0, "running"],
    ["disabled", "", 1, "disabled"],
    ["holding", "scene.stale", 1, "holding: scene.stale"],
    ["stopped", "wrench", 2, "stopped: wrench"],
  ] as const)
    it(`an arm that is ${mode} is diagnosed as such`, () =>
      expect(diagnosisOf({ ...state, mode, cause }, 100.1)).to.include({ level, message }));
  it("an arm of which nothing is told any more is stale", () =>
    expect(diagnosisOf(state, 102)).to.include({ level: 3, message: "nothing is told any more" }));
  it("before the arm has said where it is there is no state of it", () =>
    expect(graphStateOf({ at: seconds(1), mode: { is: "offline" }, intent: { kind: "hold" }, counters }, 5)).to.equal(undefined));
  it("a stop is told with its cause, a verdict with its reason", () => {
    const arm = { at: seconds(1), position: [], velocity: [], effort: [] };
    const tick = { at: seconds(1), intent: { kind: "hold" }, counters, state: arm } as const;
    const told = graphStateOf(
      { ...tick, mode: { is: "stopped", cause: "collision" }, verdict: { kind: "stop", reason: "collision" } },
      5,
    );
    expect(told).to.include({ at: 5, mode: "stopped", cause: "collision", verdict: "stop (collision)" });
  });
  it("a goal is read with the tolerances that it gives, and no others", () => {
    const header = { seq: 0, stamp: { sec: 0, nsec: 0 }, frame_id: "" };
    const time = { sec: 1, nsec: 500_000_000 };
    const at = { positions: Float64Array.of(1), velocities: [], accelerations: [], effort: [], time_from_start: time };
    const goal = goalOf({
      trajectory: { header, joint_names: ["a"], points: [at] },
      path_tolerance: [
        { name: "a", position: 0.1 },
        { name: "b", position: 0 },
      ],
      goal_tolerance: [],
      goal_time_tolerance: { sec: 0, nsec: 0 },
    });
    expect(goal).to.deep.equal({ joints: ["a"], points: [{ q: [1], v: [], t: 1.5 }], path: { a: 0.1 }, end: {}, late: 0 });
  });
  it("frames lead from every link to the base, and the hand is where kinematics say", () => {
    const neutral = sawyer.poses["neutral"]!;
    const tree = frameTree();
    for (const each of framesOf(sawyer)(neutral, { seq: 0, stamp: { sec: 0, nsec: 0 }, frame_id: "" })) tree.put(each, undefined);
    const { point } = tree.find("right_hand", sawyer.base, [0, 0, 0])!;
    for (const [k, x] of [0.449598, 0.1603, 0.215754].entries()) expect(point[k]).to.be.closeTo(x, 1e-5);
  });
});
