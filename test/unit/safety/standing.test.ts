import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ArmDescription, KeepOut, Limits } from "../../../src/domain/arm.ts";
import { inside, standing } from "../../../src/safety/standing.ts";
import { limits, only, reaching } from "./oracle.ts";

const neutral = sawyer.poses.neutral!;
const among = (...boxes: object[]): Limits => ({ ...limits, keepOut: [...limits.keepOut, ...(boxes as KeepOut[])] });

describe("an arm may begin where it stands", () => {
  it("at its neutral pose, and anywhere in the workspace", () => {
    expect(standing(sawyer, limits, neutral)).to.equal(undefined);
    expect(standing(sawyer, limits, reaching([0.7, -0.2, 0]))).to.equal(undefined);
  });

  it("near the edge of the workspace, from where the governor leads it in", () => {
    expect(standing(sawyer, limits, reaching([0.6, 0, limits.workspace.max[2] + 0.01]))).to.equal(undefined);
  });

  it("not with a joint outside its range: which, where, and two ways out", () => {
    expect(
      standing(
        sawyer,
        limits,
        only(0, 3.2).map((x, k) => x + (k > 0 ? neutral[k]! : 0)),
      ),
    ).to.equal("right_j0 stands at 3.2 rad, outside -3.0503 to 3.0503; lead the arm back by hand, or correct joints.right_j0");
  });

  it("but an arm merely outside its limits is in nothing: it is stopped, and a person leads it back", () => {
    const beyond = only(0, 3.2).map((x, k) => x + (k > 0 ? neutral[k]! : 0));
    expect(inside(sawyer, limits, beyond)).to.equal(undefined);
    const post = { name: "post", min: [0.3, -0.2, -0.1], max: [0.6, 0.5, 0.5] };
    expect(inside(sawyer, among(post), neutral))
      .to.equal(standing(sawyer, among(post), neutral))
      .and.to.match(/"post"/);
  });

  it("not with its tip far outside the workspace", () => {
    expect(standing(sawyer, limits, reaching([0.6, 0, limits.workspace.max[2] + 0.05]))).to.match(
      /^the tip stands at \(0\.6, -?0, 0\.35\) m, outside the workspace; .*correct workspace_m$/,
    );
  });

  it("not inside a box to keep out of: which link, how deep, which box", () => {
    const post = { name: "post", min: [0.3, -0.2, -0.1], max: [0.6, 0.5, 0.5] };
    expect(standing(sawyer, among(post), neutral)).to.match(
      /^right_\w+ stands [0-9.]+ m inside the box "post"; lead the arm out by hand, or correct keep_out_m\.post$/,
    );
    const room = { name: "room", min: [-2, -2, -2], max: [2, 2, 2] };
    expect(standing(sawyer, among(room), neutral)).to.contain('inside the box "room"');
  });

  it("not with a corner of a link in a box, be it a millimetre", () => {
    const z = 0.080134 - 0.0017;
    const pad = (top: number) => ({ name: "pad", min: [0.4, 0.1, -0.1], max: [0.5, 0.2, top] });
    expect(standing(sawyer, among(pad(z - 0.002)), neutral)).to.equal(undefined);
    expect(standing(sawyer, among(pad(z + 0.002)), neutral)).to.contain(
      'right_gripper_l_finger stands 0.002 m inside the box "pad"',
    );
  });

  it("not inside itself, nor inside its own pedestal", () => {
    const roomy = { ...limits, workspace: { min: [-9, -9, -9], max: [9, 9, 9] }, keepOut: [] } as unknown as Limits;
    const folded = [0, -1.18, 0, 2.9, 0, -2.9, 3.3161];
    expect(
      standing(
        sawyer,
        { ...roomy, clearance: 0 } as Limits,
        folded.map((x, k) => (k === 1 ? -1.9 : k === 3 ? 3.03 : x)),
      ),
    ).to.match(/^right_\w+ stands [0-9.]+ m inside (right_\w+|head); lead the arm out by hand, then look at its joint states$/);
    expect(standing(sawyer, roomy, [3, 1.2, 0, 1.2, 0, 0, 0])).to.match(/inside pedestal; lead the arm out by hand/);
  });

  it("not when it cannot be told where it stands, or by limits that are none", () => {
    expect(
      standing(
        sawyer,
        limits,
        neutral.map((x, k) => (k === 3 ? NaN : x)),
      ),
    ).to.contain("cannot be judged where it stands (not-finite)");
    expect(standing(sawyer, limits, [])).to.contain("(shape)");
    expect(standing(sawyer, limits, undefined as never)).to.contain("(shape)");
    expect(standing(sawyer, { ...limits, margin: NaN } as unknown as Limits, neutral)).to.contain("(limits)");
    expect(standing(sawyer, undefined as never, neutral)).to.contain("(limits)");
  });

  it("an arm of which nothing can meet anything may begin anywhere", () => {
    const bare: ArmDescription = { ...sawyer, links: sawyer.links.map((link) => ({ ...link, geometry: [] })) };
    expect(standing(bare, limits, neutral)).to.equal(undefined);
  });
});
