import { spawnSync } from "node:child_process";
import { expect } from "chai";

/** What a program of ours says and how it ends. */
const told = (args: readonly string[], change: NodeJS.ProcessEnv) => {
  const env = Object.fromEntries(Object.entries({ ...process.env, ...change }).filter(([, value]) => value !== undefined));
  const { status, stderr, stdout } = spawnSync(process.execPath, ["bin/onarm.mjs", ...args], {
    env,
    encoding: "utf8",
    timeout: 50_000,
  });
  return { status, said: stderr.trim().split("\n"), out: stdout };
};

describe("without a ROS 2", () => {
  for (const args of [
    ["run", "--arm", "intera-ros2", "--headless", "--seconds", "1"],
    ["twin", "--speak", "ros2-control"],
    ["graph"],
  ])
    it(`onarm ${args[0]} says so in one sentence with what to do, and ends with 2`, function () {
      this.timeout(60_000);
      const { status, said, out } = told(args, { ROS_DISTRO: undefined });
      expect(status).to.equal(2);
      expect(said.at(-1)).to.match(/^onarm: no ROS 2 is sourced here: source one first/);
      expect(out).to.equal("");
    });
  it("onarm doctor tells it as a check that failed", function () {
    this.timeout(60_000);
    const { status, out } = told(["doctor", "--arm", "ros2-control", "--json"], { ROS_DISTRO: "noetic", ROS_VERSION: "1" });
    expect(status).to.equal(1);
    const { checks } = JSON.parse(out) as { checks: { id: string; ok: boolean | null; remedy: string }[] };
    expect(checks.find(({ id }) => id === "ros2")).to.deep.include({ ok: false });
    expect(checks.find(({ id }) => id === "ros2")!.remedy).to.match(/noetic, a ROS 1/);
  });
});
