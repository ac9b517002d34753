import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { siteOf } from "../../../launch/interaArm.ts";
import { isOnarmError } from "../../../src/domain/errors.ts";

const refusal = (work: () => unknown): string => {
  try {
    work();
    return "accepted";
  } catch (error) {
    return isOnarmError(error) ? `${error.code}: ${error.message}` : String(error);
  }
};
const setting = `
    frame: base
    offsets_m: { drawer: [0, 0, 0], button: [0, 0, 0] }
    handle_m: { reach: 0.055, height: 0.045 }
    tolerance_m: 0.03`;

describe("the site that --arm names", () => {
  let folder: string;
  before(() => void (folder = mkdtempSync(path.join(tmpdir(), "onarm-site-"))));
  after(() => rmSync(folder, { recursive: true }));
  const file = (text: string) => {
    const where = path.join(folder, "lab.yaml");
    writeFileSync(where, text);
    return where;
  };

  it("an arm that is no site is none", () => expect(siteOf("sim@127.0.0.1:4000")).to.equal(undefined));
  for (const [name, domain] of [
    ["intera-ros2", undefined],
    ["intera-ros2@7", 7],
    ["ros2-control@232", 232],
  ] as const)
    it(`${name} is a shipped site${domain === undefined ? "" : `, in domain ${domain}`}`, () => {
      const site = siteOf(name)!;
      expect(site.arm).to.equal(name.split("@")[0]);
      expect("domain" in site ? site.domain : undefined).to.equal(domain);
    });
  for (const name of ["intera-ros2@233", "intera-ros2@lab", "ros2-control@-1"])
    it(`${name} is refused with what is meant`, () =>
      expect(refusal(() => siteOf(name))).to.match(/^usage\.invalid: .*@DOMAIN is meant, a ROS_DOMAIN_ID from 0 to 232/));

  it("a lab's own file may name a tracker by its frames, and a controller by its joints' order", () => {
    const control = "command: { interface: position, topic: /arm/commands, joints: [b, a] }";
    const site = siteOf(
      file(
        `arm: ros2-control\njoint_states: /joint_states\n${control}\nscene:\n    frames: { drawer: tag_1, button: tag_2 }${setting}`,
      ),
    )!;
    expect(site.arm === "ros2-control" && site.command.joints).to.deep.equal(["b", "a"]);
    expect("frames" in site.scene && site.scene.frames.button).to.equal("tag_2");
  });
  it("a lab tracks what it names an offset for, and may have no gripper", () => {
    const tracker = "topic: /poses\n    poses: [tray, object]\n    frame: base\n    handle_m: { reach: 0.05, height: 0.04 }";
    const lab = `arm: intera-ros1\nmaster: http://robot:11311\nscene:\n    ${tracker}\n    tolerance_m: 0.03`;
    const site = siteOf(file(`${lab}\n    offsets_m: { tray: [0, 0, 0.02] }`))!;
    expect([site.scene.offsets_m, "gripper" in site]).to.deep.equal([{ tray: [0, 0, 0.02] }, false]);
    expect(refusal(() => siteOf(file(`${lab}\n    offsets_m: { cup: [0, 0, 0] }`)))).to.match(/^config\.invalid: .*lab\.yaml/);
  });
  it("the shipped Sawyers name their gripper, and no other arm can", () => {
    for (const name of ["intera-ros1", "intera-ros2"]) expect(siteOf(name)).to.include({ gripper: "intera-electric" });
    const control = "joint_states: /j\ncommand: { interface: velocity, topic: /c }\ngripper: intera-electric";
    const scene = `scene:\n    frames: { drawer: tag_1 }${setting}`;
    expect(refusal(() => siteOf(file(`arm: ros2-control\n${control}\n${scene}`)))).to.match(/^config\.invalid: .*gripper/);
    expect(refusal(() => siteOf(file(`arm: intera-ros2\ngripper: vacuum\n${scene}`)))).to.match(/^config\.invalid: .*gripper/);
  });
  for (const [what, text] of [
    ["a controller of torques", "arm: ros2-control\njoint_states: /joint_states\ncommand: { interface: effort, topic: /c }"],
    ["a topic without its slash", "arm: ros2-control\njoint_states: joint_states\ncommand: { interface: velocity, topic: /c }"],
    ["a master for ROS 2", "arm: intera-ros2\nmaster: http://robot:11311"],
    ["tf on ROS 1", "arm: intera-ros1\nmaster: http://robot:11311"],
  ] as const)
    it(`${what} is refused, with the file`, () => {
      const where = file(`${text}\nscene:\n    frames: { drawer: tag_1, button: tag_2 }${setting}`);
      expect(refusal(() => siteOf(where))).to.match(/^config\.invalid: .*lab\.yaml/);
    });
});
