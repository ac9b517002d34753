import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { nativePart } from "../../../robot/ros2/native.ts";
import { hasPackage, missingRos2 } from "../../../robot/ros2/sourced.ts";

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
    [
      "a DDS that it does not have",
      { RMW_IMPLEMENTATION: "rmw_other_cpp" },
      /is rmw_other_cpp, which this jazzy does not have: install ros-jazzy-rmw-other-cpp/,
    ],
    ["one without its libraries", { LD_LIBRARY_PATH: "/nowhere" }, /leads to no librcl.so of jazzy/],
  ] as const)
    it(`${what} is named, with what to do`, () => expect(missingRos2({ ...whole(), ...change })).to.match(why));

  it("a client that would compile itself at every start is refused", () =>
    expect(missingRos2({ ...whole(), RCLNODEJS_FORCE_BUILD: "1" })).to.match(/unset it/));

  it("its native part is one for this very system, else one compiled here, else none", () => {
    const noble = "ID=ubuntu\nVERSION_CODENAME=noble\n";
    const shipped = path.join(prefix, "prebuilds", `${process.platform}-${process.arch}`);
    const file = path.join(shipped, `jazzy-noble-${process.arch}-node-rclnodejs.node`);
    const compiled = path.join(prefix, "build", "Release", "rclnodejs.node");
    mkdirSync(shipped, { recursive: true });
    writeFileSync(file, "");
    expect(nativePart(prefix, "jazzy", noble)).to.equal(file);
    expect(nativePart(prefix, "humble", noble)).to.equal(undefined);
    mkdirSync(path.dirname(compiled), { recursive: true });
    writeFileSync(compiled, "");
    expect(nativePart(prefix, "humble", noble)).to.equal(compiled);
    expect(nativePart(prefix, "jazzy", "VERSION_CODENAME=bookworm")).to.equal(compiled);
  });

  it("a package of messages is seen without being loaded", () => {
    expect(hasPackage("some_msgs", whole())).to.equal(true);
    expect(hasPackage("other_msgs", whole())).to.equal(false);
  });
});
