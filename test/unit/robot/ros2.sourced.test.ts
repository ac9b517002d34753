import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRos2 } from "../../../robot/ros.ts";
import { hasPackage, missingRos2 } from "../../../robot/ros2/sourced.ts";
import { isOnarmError } from "../../../src/domain/errors.ts";

describe("whether a ROS 2 is sourced", () => {
  let prefix: string;
  before(() => {
    prefix = mkdtempSync(path.join(tmpdir(), "onarm-ros2-"));
    mkdirSync(path.join(prefix, "lib"));
    mkdirSync(path.join(prefix, "share", "some_msgs"), { recursive: true });
    writeFileSync(path.join(prefix, "lib", "librcl.so"), "");
    writeFileSync(path.join(prefix, "share", "some_msgs", "package.xml"), "");
  });
  after(() => rmSync(prefix, { recursive: true }));
  const whole = () => ({
    ROS_DISTRO: "jazzy",
    ROS_VERSION: "2",
    AMENT_PREFIX_PATH: prefix,
    LD_LIBRARY_PATH: path.join(prefix, "lib"),
  });

  it("one that is whole is taken", () => expect(missingRos2(whole())).to.equal(undefined));
  for (const [what, change, why] of [
    [
      "none",
      { ROS_DISTRO: undefined },
      /^no ROS 2 is sourced here: source one first, as in: source \/opt\/ros\/jazzy\/setup.bash/,
    ],
    ["a ROS 1", { ROS_DISTRO: "noetic", ROS_VERSION: "1" }, /is noetic, a ROS 1/],
    [
      "one that the client does not know",
      { ROS_DISTRO: "foxy" },
      /is foxy, which rclnodejs 2.2 does not know; it is made for humble, jazzy/,
    ],
    ["a name alone", { AMENT_PREFIX_PATH: "" }, /AMENT_PREFIX_PATH is empty/],
    ["one that is not there any more", { AMENT_PREFIX_PATH: "/nowhere" }, /names \/nowhere, which is not there/],
    ["one without its libraries", { LD_LIBRARY_PATH: "/nowhere" }, /leads to no librcl.so of jazzy/],
  ] as const)
    it(`${what} is named, with what to do`, () => expect(missingRos2({ ...whole(), ...change })).to.match(why));

  it("a package of messages is seen without being loaded", () => {
    expect(hasPackage("some_msgs", whole())).to.equal(true);
    expect(hasPackage("other_msgs", whole())).to.equal(false);
  });

  it("without one the client is never loaded, and a node is refused in one sentence", async () => {
    const { ROS_DISTRO: distro } = process.env;
    delete process.env["ROS_DISTRO"];
    try {
      const refusal: unknown = await openRos2({ name: "onarm" }).catch((error: unknown) => error);
      expect(isOnarmError(refusal) && refusal.code).to.equal("config.invalid");
      expect((refusal as Error).message).to.match(/^no ROS 2 is sourced here/);
    } finally {
      if (distro !== undefined) process.env["ROS_DISTRO"] = distro;
    }
  });
});
